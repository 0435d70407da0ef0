namespace ActorRlhf.Model.Text;

/// <summary>Two adjacent tokens and the one that they become; a merge's place in its list is its rank, lowest first.</summary>
internal readonly record struct Merge(int Left, int Right, int Merged);
