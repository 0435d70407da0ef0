namespace ActorRlhf.Model.Data;

/// <summary>What the package index says of one binary package.</summary>
/// <param name="Name">The binary package, such as <c>libfoo-dev</c>.</param>
/// <param name="Source">The source package it is built from; siblings share it.</param>
/// <param name="Section">The archive's section, such as <c>libs</c>; empty where the index has none.</param>
/// <param name="Synopsis">The one line a maintainer wrote to sum the package up.</param>
/// <param name="Description">The text below it, unfolded: a paragraph or list item a line.</param>
public sealed record DebianPackage(string Name, string Source, string Section, string Synopsis, string Description);
