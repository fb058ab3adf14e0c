using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>How a file is opened for writing.</summary>
internal enum FileCreation
{
    /// <summary>It must not be there yet; an existing one is EEXIST.</summary>
    CreateNew,

    /// <summary>Created, or emptied.</summary>
    CreateOrTruncate,

    /// <summary>It must be there; its content stays until written over. Readable as well.</summary>
    OpenExisting,

    /// <summary>It must be there; what is written goes to its end.</summary>
    AppendExisting,
}

/// <summary>
/// The one seam through which the engine changes a file system. It lies at the bottom because configuration files,
/// stores and task logs are all written through it, and their floors may not use each other. Every member is one
/// change, so a test can put a recorder in its place and stop, cut short or fail the engine at the n-th. Failures are
/// <see cref="OsErrorException"/>. Implementations hold no state and serve any number of threads.
/// </summary>
internal interface IFileMutations
{
    /// <summary>
    /// Opens a file for writing; <paramref name="mode"/> (Unix bits, cut by the umask) counts for a new one only.
    /// </summary>
    SafeFileHandle Open(string path, FileCreation creation, int mode);

    /// <summary>
    /// Creates a new file named <paramref name="stem"/> and six random characters, with exactly the Unix bits of
    /// <paramref name="mode"/>.
    /// </summary>
    SafeFileHandle CreateTemporary(string stem, int mode, out string path);

    /// <summary>Writes all of the bytes at the file's position.</summary>
    void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Writes all of the bytes at an offset, of a file that was not opened by
    /// <see cref="FileCreation.AppendExisting"/>; from any thread.
    /// </summary>
    void WriteAt(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes);

    void SetMode(SafeFileHandle file, int mode);

    /// <summary>
    /// Of the entry itself; a link is refused (ELOOP), for whoever may write beside it could lead us to any file.
    /// </summary>
    void SetMode(string path, int mode);

    void SetOwner(SafeFileHandle file, FileOwner owner);

    /// <summary>Of the entry itself, not of what a link leads to.</summary>
    void SetOwner(string path, FileOwner owner);

    void Truncate(SafeFileHandle file, long length);

    /// <summary>Brings content and size of a file to the disk.</summary>
    void Sync(SafeFileHandle file);

    /// <summary>Brings the names in a folder to the disk.</summary>
    void SyncDirectory(string path);

    /// <summary>Brings everything of the file system that holds <paramref name="path"/> to the disk.</summary>
    void SyncFileSystem(string path);

    /// <summary>Gives a file or folder another name; replaces a file of that name.</summary>
    void Rename(string from, string to);

    /// <summary>Gives a file or folder another name; EEXIST if that is taken.</summary>
    void RenameNew(string from, string to);

    void Unlink(string path);

    /// <summary>
    /// Removes a file or a link from an open folder, wherever that is by now: who else may change the folders on the
    /// way to it cannot lead us elsewhere.
    /// </summary>
    /// <param name="folder">Open; on platforms without such calls the path counts.</param>
    /// <param name="path">Full path, whose last name is that of the file.</param>
    void Unlink(Folder folder, string path);

    void CreateDirectory(string path, int mode);

    void RemoveDirectory(string path);

    /// <summary>Removes an empty folder from an open one; see <see cref="Unlink(Folder, string)"/>.</summary>
    void RemoveDirectory(Folder folder, string path);

    /// <summary>Sets the access time to now, the modification time stays.</summary>
    void TouchAccessTime(string path);

    /// <summary>Sets the access time to a moment, Unix seconds; the modification time stays.</summary>
    void SetAccessTime(string path, long seconds);
}
