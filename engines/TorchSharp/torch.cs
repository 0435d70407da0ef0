namespace TorchSharp;

/// <summary>TorchSharp's entry point: factories, functions and modes, in PyTorch's spelling.</summary>
public static partial class torch
{
    /// <summary>The version of the libtorch in use.</summary>
    public static string __version__ => NativeMethods.TorchVersion;

    /// <summary>Opens a scope that disposes, when it ends, what was made in it on this thread.</summary>
    public static DisposeScope NewDisposeScope() => new();

    /// <summary>Switches gradient recording off on this thread until disposed.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => NativeMethods.rlhf_grad_mode() != 0;

    public static int get_num_threads() => NativeMethods.rlhf_threads();

    public static void set_num_threads(int num) => NativeMethods.Check(NativeMethods.rlhf_set_threads(num));

    public static partial class random
    {
        /// <summary>Seeds every device's default generator.</summary>
        public static Generator manual_seed(long seed)
        {
            NativeMethods.Check(NativeMethods.rlhf_manual_seed(seed));
            return new Generator();
        }
    }

    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    /// <summary>The default generator. The product draws its own random numbers; this exists for <see cref="manual_seed"/>'s signature.</summary>
    public class Generator
    {
        internal Generator()
        {
        }
    }

    private sealed class GradMode : IDisposable
    {
        private readonly int _previous = NativeMethods.rlhf_grad_mode();

        public GradMode(bool enabled) => NativeMethods.rlhf_set_grad_mode(enabled ? 1 : 0);

        public void Dispose() => NativeMethods.rlhf_set_grad_mode(_previous);
    }
}
