using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Where something is written to outside of the store: a file that is new or may be replaced, or a block device.
/// </summary>
/// <param name="Path">Full path, links on the way resolved.</param>
/// <param name="IsDevice">True for a block device.</param>
/// <param name="Replaces">True when something is there that is replaced.</param>
internal sealed record OutputPlace(string Path, bool IsDevice, bool Replaces)
{
    /// <summary>Folders that are to be made before the file, the outer one first.</summary>
    public IReadOnlyList<string> NewFolders { get; private init; } = [];

    /// <summary>
    /// As <see cref="Find"/>, in a folder of its own below the destination, which may have to be made; so may the
    /// destination.
    /// </summary>
    /// <param name="destination">Full path of a folder that is there, or may be made.</param>
    /// <param name="folder">Name of the folder in it.</param>
    /// <param name="name">Name of the file.</param>
    /// <param name="replace">Whether what is there may be replaced.</param>
    /// <inheritdoc cref="Find" path="/exception"/>
    public static OutputPlace FindBelow(string destination, string folder, string name, bool replace)
    {
        if (PathStyle.Current.ProblemOf(name) is { } problem) throw Unnameable(name, problem);
        string root = RealPath.Of(System.IO.Path.TrimEndingDirectorySeparator(destination));
        if (!Directory.Exists(root))
        {
            if (System.IO.Path.Exists(root))
            {
                throw new PbsArgumentException(
                    PbsErrorId.DestinationInvalid,
                    $"{PathText.Quote(root)} is no folder",
                    root);
            }
            string parent = System.IO.Path.GetDirectoryName(root) ?? root;
            if (!Directory.Exists(parent)) throw NotFound(parent, root);
        }

        // A link in the place of the folder was laid there by somebody else, for whatever reason.
        string own = System.IO.Path.Combine(root, folder);
        if (new FileInfo(own).LinkTarget is not null)
        {
            throw new PbsArgumentException(PbsErrorId.DestinationInvalid, $"{PathText.Quote(own)} is a link", own);
        }
        if (Directory.Exists(own)) return InFolder(System.IO.Path.Combine(own, name), replace);
        if (File.Exists(own))
        {
            throw new PbsArgumentException(PbsErrorId.DestinationInvalid, $"{PathText.Quote(own)} is no folder", own);
        }
        string[] missing = [.. new[] { root, own }.Where(path => !Directory.Exists(path))];
        return new OutputPlace(System.IO.Path.Combine(own, name), false, false) { NewFolders = missing };
    }

    /// <summary>Finds out what a destination means, and changes nothing.</summary>
    /// <param name="destination">Full path of a folder, a file, or a device; links are followed, but not one that lies
    /// in the folder under the name.</param>
    /// <param name="name">Name of the file where it is a folder.</param>
    /// <param name="length">Bytes that will be written.</param>
    /// <param name="replace">Whether what is there may be replaced.</param>
    /// <exception cref="PbsNotFoundException">The folder is not there.</exception>
    /// <exception cref="PbsConflictException">The file is there, and may not be replaced.</exception>
    /// <exception cref="PbsArgumentException">It is something else, or a device that is too small.</exception>
    /// <exception cref="PbsException">The device cannot be opened.</exception>
    public static OutputPlace Find(string destination, string name, long length, bool replace)
    {
        bool isFolder = Directory.Exists(destination);
        if (isFolder && PathStyle.Current.ProblemOf(name) is { } problem) throw Unnameable(name, problem);
        if (isFolder) return InFolder(System.IO.Path.Combine(RealPath.Of(destination), name), replace);
        if (System.IO.Path.EndsInDirectorySeparator(destination)) throw NotFound(destination, destination);
        string path = RealPath.Of(destination);
        if (path != destination && !replace && !File.Exists(path) && new FileInfo(destination).LinkTarget is not null)
        {
            throw Exists(destination);
        }

        if (BlockDevice.Is(path)) return Device(path, length, replace);
        if (Directory.Exists(path))
        {
            throw new PbsArgumentException(PbsErrorId.DestinationInvalid, $"{PathText.Quote(path)} is a folder", path);
        }

        bool exists = File.Exists(path);
        if (exists && !IsRegular(path)) throw Odd(path);
        if (exists && !replace) throw Exists(path);
        string folder = System.IO.Path.GetDirectoryName(path) ?? path;
        return Directory.Exists(folder) ? new OutputPlace(path, false, exists) : throw NotFound(folder, path);
    }

    /// <summary>
    /// Who named a folder did not mean where a link of that name in it leads; such a link is replaced itself.
    /// </summary>
    private static OutputPlace InFolder(string path, bool replace)
    {
        bool isLink = new FileInfo(path).LinkTarget is not null;
        if (!isLink && Directory.Exists(path))
        {
            throw new PbsArgumentException(PbsErrorId.DestinationInvalid, $"{PathText.Quote(path)} is a folder", path);
        }

        bool exists = isLink || File.Exists(path);
        if (exists && !isLink && !IsRegular(path)) throw Odd(path);
        return !exists || replace ? new OutputPlace(path, false, exists) : throw Exists(path);
    }

    internal static PbsConflictException Exists(string path) =>
        new(PbsErrorId.DestinationExists, $"{PathText.Quote(path)} exists already", path)
        {
            RecommendedAction = "With -Force it is replaced.",
        };

    private static OutputPlace Device(string path, long length, bool replace)
    {
        if (!replace)
        {
            throw new PbsConflictException(
                PbsErrorId.DestinationExists,
                $"{PathText.Quote(path)} is a block device, and what is on it would be overwritten",
                path)
            {
                RecommendedAction = "With -Force it is overwritten.",
            };
        }

        using BlockDevice device = Claim(path, length);
        return new OutputPlace(path, true, true);
    }

    /// <summary>Claims a device that is large enough.</summary>
    internal static BlockDevice Claim(string path, long length)
    {
        BlockDevice device;
        try
        {
            device = BlockDevice.Claim(path);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.DestinationUnwritable, $"unable to open {PathText.Quote(path)}", path);
        }

        if (device.Length >= length) return device;
        device.Dispose();
        throw new PbsArgumentException(
            PbsErrorId.DestinationTooSmall,
            $"{PathText.Quote(path)} holds {device.Length} bytes, and {length} are to be written to it",
            path);
    }

    // A pipe or a terminal takes bytes as well, but whoever named one as a file to be replaced meant something else.
    // Without the system's calls a device cannot be told from a file, and would be replaced by one.
    private static bool IsRegular(string path) => NativeCode.HasLinux ? FileStatus.IsRegularFile(path)
        : OperatingSystem.IsWindows() || !path.StartsWith("/dev/", StringComparison.Ordinal);

    private static PbsArgumentException Odd(string path) =>
        new(
            PbsErrorId.DestinationInvalid,
            $"{PathText.Quote(path)} is neither a file nor a folder nor a block device",
            path);

    private static PbsArgumentException Unnameable(string name, string problem) =>
        new(PbsErrorId.DestinationInvalid, $"there can be no file {PathText.Quote(name)} here: {problem}", name)
        {
            RecommendedAction = "Name a file as the destination, not a folder.",
        };

    private static PbsNotFoundException NotFound(string folder, string path) =>
        new(PbsErrorId.DestinationNotFound, $"there is no folder {PathText.Quote(folder)} to write to", path);
}
