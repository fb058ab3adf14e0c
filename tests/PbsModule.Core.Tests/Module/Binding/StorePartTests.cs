using System.Management.Automation;
using PbsModule.Binding;

namespace PbsModule.Core.Tests;

/// <summary>The part of a datastore that a row stands for: never more than its columns say.</summary>
public sealed class StorePartTests
{
    private const string Identity = "ns/a/vm/100/2024-05-01T10:00:00Z";

    [Theory]
    [InlineData("Snapshot=" + Identity)]
    [InlineData("Snapshot=" + Identity, "Namespace=a")]
    [InlineData("Snapshot=" + Identity, "BackupType=vm", "BackupId=100")]
    [InlineData("Namespace=a", "BackupType=vm", "BackupId=100", "BackupTime=2024-05-01T10:00:00Z")]
    public void A_row_of_a_snapshot_is_that_snapshot(params string[] columns) =>
        Assert.Equal(Identity, StorePart.Of(Row(columns))!.Snapshot.ToString());

    [Theory]
    [InlineData("Snapshot=")]
    [InlineData("BackupType=", "BackupId=", "BackupTime=")]
    [InlineData("Namespace=a", "BackupType=", "BackupId=", "BackupTime=")]
    [InlineData("ItemPath=/etc")]
    [InlineData("FileName=root.pxar.didx", "Namespace=a")]
    [InlineData("BackupType=vm")]
    [InlineData("BackupType=vm", "BackupId=100")]
    [InlineData("BackupType=vm", "BackupId=100", "BackupTime=2024-05-01T10:00:00Z")]
    [InlineData("Namespace=", "BackupType=vm", "BackupId=100", "BackupCount=")]
    [InlineData("Namespace=a", "Depth=")]
    [InlineData("IsAvailable=", "Path=")]
    [InlineData("Snapshot=", "Namespace=", "BackupType=vm", "BackupId=100", "BackupTime=2024-05-01T10:00:00Z")]
    [InlineData("BackupTime=2024-05-01T10:00:00Z")]
    public void A_row_that_lost_its_keys_is_nothing(params string[] columns) =>
        Assert.Null(StorePart.Of(Row(columns)));

    [Fact]
    public void A_row_of_a_datastore_or_namespace_or_group_is_that()
    {
        Assert.True(StorePart.Of(Row("Path=/mnt/ds1", "Comment="))!.IsWhole);
        Assert.Equal("a", StorePart.Of(Row("Namespace=a"))!.ToString());
        Assert.Equal("vm/100", StorePart.Of(Row("Namespace=", "BackupType=vm", "BackupId=100"))!.ToString());
    }

    private static PSObject Row(params string[] columns)
    {
        var row = new PSObject();
        row.Properties.Add(new PSNoteProperty("Datastore", "ds1"));
        foreach (string column in columns)
        {
            string[] parts = column.Split('=', 2);
            row.Properties.Add(new PSNoteProperty(parts[0], parts[1]));
        }

        return row;
    }
}
