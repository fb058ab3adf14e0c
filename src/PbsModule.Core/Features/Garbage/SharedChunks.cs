using PbsModule.Core.Access;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Features.Garbage;

/// <summary>
/// Detects another datastore that uses the same chunk folder through a link or a mount. PBS does not detect this, and a
/// collection of one store then removes chunks that only the other references.
/// </summary>
internal static class SharedChunks
{
    /// <summary>Returns the refusal to collect, or null if no other datastore is known to use the chunks.</summary>
    public static PbsConflictException? Find(DatastoreContext store, Datastore datastore)
    {
        Place own = Place.Of(datastore.Path), chunks = Place.Of(datastore.PathOf(Datastore.ChunkFolder));
        foreach (DatastoreEntry entry in store.Connection.Configuration?.Datastores.Entries ?? [])
        {
            // One folder registered under two names also has the same indexes.
            if (entry.Name == store.Name || Place.Of(entry.Path).Is(own)) continue;
            if (Place.Of(Path.Combine(entry.Path, Datastore.ChunkFolder)).Is(chunks))
            {
                return Refusal(store, Describe(store, entry));
            }
        }

        return Path.GetFileName(chunks.RealPath) == Datastore.ChunkFolder
            && Path.GetDirectoryName(chunks.RealPath) is { } other
                && !Place.Of(other).Is(own) && HasBackups(other)
                    ? Refusal(store, $"the datastore at {PathText.Quote(other)}")
                    : null;
    }

    /// <summary>Describes the other datastore: by name, unless the caller may not know that it exists.</summary>
    private static string Describe(DatastoreContext store, DatastoreEntry entry) =>
        store.Connection.Access!.Load().VisibilityOf(entry.Name, store.Connection.AuthId) == DatastoreVisibility.Hidden
            ? "another datastore"
            : $"datastore '{entry.Name}'";

    private static bool HasBackups(string path) =>
        BackupTypeText.All.Select(type => type.Text()).Append(Datastore.NamespaceFolder).Any(name =>
            Directory.Exists(Path.Combine(path, name)));

    private static PbsConflictException Refusal(DatastoreContext store, string other) =>
        new(
            PbsErrorId.ChunksShared,
            $"datastore '{store.Text}' keeps its chunks in the same folder as {other}: a garbage collection of one "
                + "would remove the chunks of the other",
            store.Path)
        {
            RecommendedAction = "Give each datastore chunks of its own: copy the chunk folder in place of the link or "
                + "mount. Or move the groups of one into a namespace of the other.",
        };

    /// <summary>A folder's identity, whichever path leads to it.</summary>
    private readonly record struct Place(string RealPath, FileStatus? Status)
    {
        public static Place Of(string path) =>
            new(Interop.Files.RealPath.Of(path), NativeCode.HasLinux ? FileStatus.TryOf(path, out _) : null);

        // Without file numbers only the paths can be compared.
        public bool Is(Place other) =>
            Status is { } status
                ? status.IsSameFile(other.Status)
                : PathStyle.Current.AreSame(RealPath, other.RealPath);
    }
}
