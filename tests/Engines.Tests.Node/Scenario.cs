namespace ActorRlhf.Engines.Tests.Node;

/// <summary>What a node does: its constructor starts it, commands steer it.</summary>
public abstract class Scenario
{
    /// <summary>A line from the test.</summary>
    public virtual void Command(string line)
    {
    }

    /// <summary>Tells the test something, as one line.</summary>
    public static void Report(string line)
    {
        lock (Console.Out)
        {
            Console.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
