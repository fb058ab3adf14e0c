using System.Text;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// A file that is being written, under a temporary name until it is whole: whoever looks sees what was there before, or
/// all of the new content. Disposing of it without <see cref="Complete"/> leaves nothing behind. A device has no second
/// name, so it is written where it is.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private const int Mode = 0x180; // 0600: what is in backups is not for everybody who has an account

    /// <summary>For the owner alone, as the files are.</summary>
    private const int FolderMode = 0x1C0;

    /// <summary>Bytes of a name that leave room for what makes it a temporary one; names on Linux have 255.</summary>
    private const int LongestStem = 240;

    private readonly IFileMutations _mutations;
    private readonly OutputPlace _place;
    private readonly SafeFileHandle _file;
    private readonly BlockDevice? _device;
    private readonly IOutputSink _sink;
    private string? _temporary;

    /// <param name="mutations">The seam.</param>
    /// <param name="place">Where to.</param>
    /// <param name="length">Bytes that will be written.</param>
    /// <exception cref="PbsException">It cannot be written there.</exception>
    public OutputFile(IFileMutations mutations, OutputPlace place, long length)
    {
        _mutations = mutations;
        _place = place;
        try
        {
            if (place.IsDevice)
            {
                _device = OutputPlace.Claim(place.Path, length);
                _file = mutations.Open(place.Path, FileCreation.OpenExisting, 0);
            }
            else
            {
                _file = Create();
            }
        }
        catch (Exception e)
        {
            Dispose();
            if (e is OsErrorException os) throw Unwritable(os);
            throw;
        }

        _sink = place.IsDevice ? new DeviceSink(mutations, _file) : new FileSink(mutations, _file);
    }

    /// <summary>
    /// Where the content goes, an <see cref="IPlacedSink"/> unless it is a device; failures of the system come as they
    /// are, for <see cref="Unwritable"/>.
    /// </summary>
    public IContentSink Sink => _sink;

    /// <summary>Gives the file its name, once all of it is on the disk.</summary>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="time">When its content was changed last; null for now.</param>
    /// <exception cref="PbsConflictException">Somebody made a file of that name meanwhile.</exception>
    /// <exception cref="PbsException">It cannot be written.</exception>
    public void Complete(CancellationToken cancellation, DateTimeOffset? time = null)
    {
        try
        {
            _sink.Complete(cancellation);
            if (_temporary is null) return;
            if (time is { } changed) SetTime(changed);
            if (_place.Replaces) Replace(_temporary);
            else _mutations.RenameNew(_temporary, _place.Path);
            _temporary = null;
        }
        catch (OsErrorException e) when (e.Is(OsError.EEXIST))
        {
            throw OutputPlace.Exists(_place.Path);
        }
        catch (OsErrorException e)
        {
            throw Unwritable(e);
        }
    }

    /// <summary>A failure to write, for the caller.</summary>
    public PbsException Unwritable(OsErrorException error) =>
        error.As(PbsErrorId.DestinationUnwritable, $"unable to write {PathText.Quote(_place.Path)}", _place.Path);

    public void Dispose()
    {
        _file?.Dispose();
        _device?.Dispose();
        if (_temporary is not null) AtomicFile.Discard(_mutations, _temporary);
        _temporary = null;
    }

    /// <summary>
    /// Takes the place of a file, with its owner and its mode: who could not read that one cannot read this one.
    /// </summary>
    private void Replace(string temporary)
    {
        if (NativeCode.HasLinux
            && new FileInfo(_place.Path).LinkTarget is null
            && FileStatus.TryOf(_place.Path, out _) is { } old
            && IsTrusted(old))
        {
            _mutations.SetOwner(_file, old.Owner);
            _mutations.SetMode(_file, old.Mode);
        }

        _mutations.Rename(temporary, _place.Path);
    }

    /// <summary>
    /// Whether a file is ours, or nobody else can have put it there: what somebody has laid in the way gets nothing.
    /// </summary>
    private bool IsTrusted(in FileStatus old)
    {
        const int othersWrite = 0x12, root = 0; // 0022
        FileOwner us = FileStatus.Of(_file, _temporary).Owner;
        if (old.Owner == us) return true;
        return us.User == root && FileStatus.TryOf(Path.GetDirectoryName(_place.Path)!, out _) is { } folder
            && folder.Owner.User == root && (folder.Mode & othersWrite) == 0;
    }

    /// <summary>A new file, open for writing anywhere.</summary>
    private SafeFileHandle Create()
    {
        foreach (string folder in _place.NewFolders) Make(folder);
        string name = Path.GetFileName(_place.Path);
        if (Encoding.UTF8.GetByteCount(name) > LongestStem) name = "pbs";
        string temporary = Path.Combine(
            Path.GetDirectoryName(_place.Path)!,
            $"{name}.tmp_{Random.Shared.GetHexString(6, lowercase: true)}");
        SafeFileHandle file = _mutations.Open(temporary, FileCreation.CreateNew, Mode);
        _temporary = temporary;
        return file;
    }

    private void Make(string folder)
    {
        try
        {
            _mutations.CreateDirectory(folder, FolderMode);
        }
        catch (OsErrorException e) when (e.Is(OsError.EEXIST))
        {
            // An earlier file of the same run has made it.
        }
    }

    /// <summary>
    /// Of the file that is open, whatever its name has come to mean. A convenience: one that keeps its own time is
    /// good, too.
    /// </summary>
    private void SetTime(DateTimeOffset time)
    {
        try
        {
            File.SetLastWriteTimeUtc(_file, time.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
        }
    }
}
