using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Names of expected files about archives in the golden store: <c>a_b_ct_101_2024-07-04T00.00.00Z_root.pxar.didx</c>.</summary>
internal static class StoredName
{
    /// <summary>The file, relative to the store.</summary>
    public static string Of(string name) => $"{SnapshotOf(name)}/{FileOf(name)}";

    public static string FileOf(string name) => name[(name.LastIndexOf('_') + 1)..];

    public static SnapshotPath SnapshotOf(string name) => CatalogItemTests.SnapshotOf(name[..name.LastIndexOf('_')]);
}
