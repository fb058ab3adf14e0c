using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>The ways to open a file for writing.</summary>
internal enum FileCreation
{
    /// <summary>Creates the file. An existing file is EEXIST.</summary>
    CreateNew,

    /// <summary>Creates the file, or empties an existing one.</summary>
    CreateOrTruncate,

    /// <summary>Opens an existing file for reading and writing. Its content stays until it is overwritten.</summary>
    OpenExisting,

    /// <summary>Opens an existing file. Writes go to its end.</summary>
    AppendExisting,
}

/// <summary>
/// Makes all changes to disk. It belongs to the lowest layer because configuration files, datastores and task logs are
/// all written through it, and the layers of these may not use each other. Each member makes one change, so that a test
/// can replace it by a recorder and stop, truncate or fail any single change. Failures are
/// <see cref="OsErrorException"/>. Implementations have no state and support any number of threads.
/// </summary>
internal interface IFileMutations
{
    /// <summary>
    /// Opens a file for writing. <paramref name="mode"/> (Unix bits, reduced by the umask) applies only to a new file.
    /// </summary>
    SafeFileHandle Open(string path, FileCreation creation, int mode);

    /// <summary>
    /// Creates a new file whose name consists of <paramref name="stem"/> and six random characters, with exactly the
    /// Unix bits of <paramref name="mode"/>.
    /// </summary>
    SafeFileHandle CreateTemporary(string stem, int mode, out string path);

    /// <summary>Writes all bytes at the current position of the file.</summary>
    void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Writes all bytes at an offset, from any thread. The file must not have been opened with
    /// <see cref="FileCreation.AppendExisting"/>.
    /// </summary>
    void WriteAt(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes);

    void SetMode(SafeFileHandle file, int mode);

    /// <summary>
    /// Sets the mode of the entry itself. A link is refused (ELOOP), because an account that can write to the same
    /// folder could redirect the change to any file.
    /// </summary>
    void SetMode(string path, int mode);

    void SetOwner(SafeFileHandle file, FileOwner owner);

    /// <summary>Sets the owner of the entry itself, not of the target of a link.</summary>
    void SetOwner(string path, FileOwner owner);

    void Truncate(SafeFileHandle file, long length);

    /// <summary>Writes the content and size of a file to the disk.</summary>
    void Sync(SafeFileHandle file);

    /// <summary>Writes the names in a folder to the disk.</summary>
    void SyncDirectory(string path);

    /// <summary>Writes all data of the file system that contains <paramref name="path"/> to the disk.</summary>
    void SyncFileSystem(string path);

    /// <summary>Renames a file or folder. Replaces an existing file with the new name.</summary>
    void Rename(string from, string to);

    /// <summary>Renames a file or folder. An existing entry with the new name is EEXIST.</summary>
    void RenameNew(string from, string to);

    void Unlink(string path);

    /// <summary>
    /// Removes a file or a link from an open folder, wherever that folder is now. An account that can change the
    /// folders of the path cannot redirect the removal.
    /// </summary>
    /// <param name="folder">The open folder. Platforms without such calls use the path instead.</param>
    /// <param name="path">The full path, whose last part is the name of the file.</param>
    void Unlink(Folder folder, string path);

    void CreateDirectory(string path, int mode);

    void RemoveDirectory(string path);

    /// <summary>Removes an empty folder from an open folder. See <see cref="Unlink(Folder, string)"/>.</summary>
    void RemoveDirectory(Folder folder, string path);

    /// <summary>Sets the access time to the current time. The modification time stays unchanged.</summary>
    void TouchAccessTime(string path);

    /// <summary>Sets the access time, in Unix seconds. The modification time stays unchanged.</summary>
    void SetAccessTime(string path, long seconds);
}
