using System.Diagnostics.CodeAnalysis;
using ActorRlhf.Host.Nodes;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Host.Tests.Nodes;

/// <summary>A node's log on a disk that is full for a while.</summary>
public sealed class NodeLogTests
{
    [Fact]
    public void A_full_disk_fails_nobody_who_logs_and_is_in_the_log_afterwards()
    {
        using var disk = new Disk();
        using var log = new NodeLog(disk);
        var logger = log.CreateLogger("A.Learner");
        logger.LogWarning("one");
        disk.IsFull = true;
        logger.LogError("two");
        logger.LogError(new InvalidOperationException("three"), "three");
        disk.IsFull = false;
        logger.LogWarning("four");
        Assert.Matches("^[-0-9T:.Z]+ Warning +Learner: one\n[-0-9T:.Z]+ Error +NodeLog: 2 entries could not be written: No space left on device\n[-0-9T:.Z]+ Warning +Learner: four\n$", disk.ToString());
        disk.IsFull = true;
        log.Dispose();
        disk.IsFull = false;
    }

    private sealed class Disk : StringWriter
    {
        public bool IsFull { get; set; }

        [AllowNull]
        public override string NewLine { get; set; } = "\n";

        public override void WriteLine(string? value)
        {
            if (IsFull) throw new IOException("No space left on device");
            base.WriteLine(value);
        }

        protected override void Dispose(bool disposing)
        {
            if (IsFull) throw new IOException("No space left on device");
            base.Dispose(disposing);
        }
    }
}
