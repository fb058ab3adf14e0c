using PbsModule.Abstractions;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Tests;

/// <summary>What a run reaches: a datastore alone means all of it, a namespace only itself unless more is asked for.</summary>
public sealed class VerifyScopesTests
{
    private const int All = BackupNamespace.MaxDepth;

    [Theory]
    [InlineData(false, 0, true, All)]
    [InlineData(false, null, true, All)]
    [InlineData(true, null, false, All)]
    [InlineData(false, 0, false, 0)]
    [InlineData(false, null, false, 0)]
    [InlineData(false, 2, false, 2)]
    public void A_selection_reaches_as_deep_as_it_says(bool recurse, int? depth, bool wholeStore, int expected)
    {
        BackupNamespace ns = BackupNamespace.Parse("a/b");
        Assert.Equal(new VerifyScope(ns, Depth: expected), VerifyScopes.Of(new SnapshotQuery { Namespace = ns, Recurse = recurse, Depth = depth }, wholeStore));
    }
}
