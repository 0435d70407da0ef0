namespace ActorRlhf.Cli;

/// <summary>What the process says to the shell when it ends.</summary>
public static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>Something failed; standard error says what.</summary>
    public const int Failure = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>A node was put out of its cluster; started again it can go on. The number is that of a temporary failure in sysexits.h.</summary>
    public const int TryAgain = 75;

    /// <summary>A signal ended the run: this plus the signal's number, as a shell would say it.</summary>
    public const int SignalBase = 128;
}
