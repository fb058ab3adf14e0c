using PbsModule.Binding;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>The namespaces that a selection reaches.</summary>
public sealed class VerifyScopesTests
{
    private const int All = BackupNamespace.MaxDepth;

    [Theory]
    [InlineData(true, null, All)]
    [InlineData(false, 0, 0)]
    [InlineData(false, null, 0)]
    [InlineData(false, 2, 2)]
    public void A_selection_reaches_as_deep_as_it_says(bool recurse, int? depth, int expected)
    {
        BackupNamespace ns = BackupNamespace.Parse("a/b");
        var selection = new SnapshotQuery { Namespace = ns, Recurse = recurse, Depth = depth };
        Assert.Equal(new VerifyScope(ns, Depth: expected), VerifyScopes.Of(selection));
    }
}
