using System.Text.Json.Nodes;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;
using JsonObject = System.Text.Json.Nodes.JsonObject;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace PbsModule.Core.Tests;

/// <summary>Lists one store and keeps what was reported on the way.</summary>
internal sealed class Listing(string path, FolderAccess? folders = null, int helpers = 1)
{
    private readonly PbsEngine _engine = new(Connection.None, new EngineOptions { Folders = folders ?? FolderAccess.Default, Helpers = helpers });

    /// <summary>Of the last listing.</summary>
    public List<ListingProblem> Problems { get; } = [];

    public PbsEngine Engine => _engine;

    public DatastoreContext Store => _engine.Resolver.ResolvePath(path);

    /// <summary>Through the system's own calls, and through .NET's; with and without helpers.</summary>
    public static IEnumerable<Listing> Both(GoldenStore store) => Both(store.Path);

    /// <inheritdoc cref="Both(GoldenStore)"/>
    public static IEnumerable<Listing> Both(string path)
    {
        yield return new Listing(path);
        yield return new Listing(path, FolderAccess.Portable, helpers: 0);
    }

    public List<SnapshotInfo> Snapshots(SnapshotQuery? query = null) => Collect(_engine.Snapshots.List(Store, query ?? new SnapshotQuery(), Problems.Add, default));

    public List<GroupInfo> Groups(GroupQuery? query = null) => Collect(_engine.Groups.List(Store, query ?? new GroupQuery(), Problems.Add, default));

    public List<NamespaceInfo> Namespaces(NamespaceQuery? query = null) => Collect(_engine.Namespaces.List(Store, query ?? new NamespaceQuery(), Problems.Add, default));

    public List<SnapshotFileInfo> Files(SnapshotInfo snapshot) =>
        [.. _engine.Files.List(((ISnapshotItem)snapshot).Store, ((ISnapshotItem)snapshot).Snapshot, default)];

    /// <summary>PBS's log lines, sorted.</summary>
    public IEnumerable<string> Lines() => Problems.Where(problem => problem.ErrorId != PbsErrorId.ForeignName).Select(problem => problem.Message).Order(StringComparer.Ordinal);

    private List<T> Collect<T>(IEnumerable<T> items)
    {
        Problems.Clear();
        return [.. items];
    }
}

/// <summary>Our objects as PBS's API prints them.</summary>
internal static class GoldenJson
{
    public static JsonArray From(IEnumerable<SnapshotInfo> snapshots) => [.. snapshots.Select(From)];

    public static JsonArray From(IEnumerable<GroupInfo> groups) => [.. groups.Select(From)];

    public static JsonArray From(IEnumerable<SnapshotFile> files) => [.. files.Select(From)];

    private static JsonNode From(SnapshotInfo snapshot)
    {
        var json = new JsonObject
        {
            ["backup-type"] = snapshot.BackupType,
            ["backup-id"] = snapshot.BackupId,
            ["backup-time"] = snapshot.BackupTime.ToUnixTimeSeconds(),
            ["files"] = From(snapshot.Files),
            ["protected"] = snapshot.Protected,
        };
        Set(json, "comment", snapshot.Comment);
        Set(json, "fingerprint", snapshot.Fingerprint);
        Set(json, "owner", snapshot.Owner);
        if (snapshot.Size is long size) json["size"] = size;
        if (snapshot.VerifyUpid is not null)
        {
            json["verification"] = new JsonObject { ["state"] = snapshot.VerifyState == VerifyState.Ok ? "ok" : "failed", ["upid"] = snapshot.VerifyUpid };
        }

        return json;
    }

    private static JsonNode From(GroupInfo group)
    {
        var json = new JsonObject
        {
            ["backup-type"] = group.BackupType,
            ["backup-id"] = group.BackupId,
            ["backup-count"] = group.BackupCount,
            ["last-backup"] = group.LastBackup!.Value.ToUnixTimeSeconds(),
            ["files"] = new JsonArray([.. group.Files.Select(name => JsonValue.Create(name))]),
            ["owner"] = group.Owner,
        };

        // PBS leaves the line end on; the object's comment is trimmed.
        Set(json, "comment", group.Comment is null ? null : group.Comment + "\n");
        return json;
    }

    private static JsonNode From(SnapshotFile file)
    {
        var json = new JsonObject { ["filename"] = file.FileName };
        if (file.Size is long size) json["size"] = size;
        if (file.CryptMode is CryptMode mode) json["crypt-mode"] = mode switch { CryptMode.Encrypt => "encrypt", CryptMode.SignOnly => "sign-only", _ => "none" };
        return json;
    }

    private static void Set(JsonObject json, string name, string? value)
    {
        if (value is not null) json[name] = value;
    }
}
