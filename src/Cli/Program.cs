using System.CommandLine;

var root = new RootCommand("Learning to summarize from human feedback, as an actor system.");
return root.Parse(args).Invoke();
