using System.Globalization;

namespace TorchSharp;

/// <summary>Kinds of device; the numbers are libtorch's.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}

public static partial class torch
{
    /// <summary>A device such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    public class Device
    {
        public DeviceType type { get; private set; }
        public int index { get; private set; } = -1;

        /// <param name="description"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
        /// <exception cref="ArgumentException">The description is none of these.</exception>
        public Device(string description)
        {
            var parts = description.Split(':');
            type = parts[0].ToLowerInvariant() switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                _ => throw new ArgumentException($"device '{description}' is unknown; expected cpu, cuda or cuda:N"),
            };
            if (parts.Length > 2)
                throw new ArgumentException($"device '{description}' has more than one ':'");
            if (parts.Length == 2)
                index = int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture);
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public override string ToString() => type.ToString().ToLowerInvariant() + (type == DeviceType.CPU || index < 0 ? "" : $":{index}");

        public static implicit operator Device(string description) => new(description);
    }

    public static readonly Device CPU = new(DeviceType.CPU);

    public static Device CUDA => new(DeviceType.CUDA);

    public static Device device(string description) => new(description);

    public static partial class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static int device_count() => NativeMethods.rlhf_cuda_devices();

        /// <summary>Waits until all work queued on a device is done.</summary>
        public static void synchronize(Device? device = null) => NativeMethods.Check(NativeMethods.rlhf_cuda_synchronize(device?.index ?? -1));
    }

}
