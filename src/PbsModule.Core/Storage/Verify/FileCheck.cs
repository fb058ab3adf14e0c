using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Verify;

/// <summary>Something that was found on a file, or on a chunk of it.</summary>
/// <param name="Digest">The chunk; null for the file itself.</param>
/// <param name="Fault">What is wrong; None where reading had to be tried again and then went well.</param>
/// <param name="Reason">What is wrong, in PBS's words.</param>
/// <param name="Lines">PBS's log lines.</param>
internal sealed record FileFinding(Digest? Digest, ChunkFault Fault, string Reason, params IReadOnlyList<string> Lines);

/// <summary>
/// The verification of one file of a snapshot. One thread looks at the file, any number check its chunks, one waits for
/// its end.
/// </summary>
/// <param name="file">What the manifest says of it.</param>
/// <param name="content">Its snapshot.</param>
/// <param name="signal">Pulsed when there is news.</param>
internal sealed class FileCheck(ManifestFile file, ISnapshotContent content, VerifySignal signal)
{
    /// <summary>So many findings are kept in words; all are counted. A lost disk must not fill the memory.</summary>
    private const int MostFindings = 10_000;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time = TimeProvider.System;
    private MarkedChunks? _marked;
    private List<FileFinding>? _findings;
    private volatile bool _isStarted;
    private volatile bool _isPartial;
    private long _started;
    private long _ended;

    // Chunks that are still to be checked, and one for the look at the file.
    private int _open = 1;
    private int _errors;
    private long _bytesRead;
    private long _bytesDecoded;
    private long _badBytes;

    /// <inheritdoc cref="FileCheck" path="/param[@name='file']"/>
    public ManifestFile File { get; } = file;

    /// <summary>Bytes of data behind it by the manifest, which may say anything: for how far a run is.</summary>
    public long ExpectedSize => (long)Math.Min(File.Size, long.MaxValue / 2);

    /// <summary>Its snapshot.</summary>
    public ISnapshotContent Content => content;

    /// <summary>What messages call it.</summary>
    public string Path => content.PathOf(File.FileName);

    /// <summary>Whether its chunks should be encrypted; a signed index refers to plain ones.</summary>
    public bool IsEncrypted => File.CryptMode == CryptMode.Encrypt;

    /// <summary>Opens what is encrypted, so that it is checked in depth; null where there is none that fits.</summary>
    public CryptKey? Key { get; init; }

    public bool IsStarted => _isStarted;

    public bool IsDone => Volatile.Read(ref _open) == 0;

    /// <summary>The run ended before all of it was looked at.</summary>
    public bool IsPartial => _isPartial;

    /// <summary>
    /// Why the file as a whole is no good, in PBS's words; null where that is only true of chunks, or of nothing.
    /// </summary>
    public string? Failure { get; private set; }

    /// <summary>Whether its chunks were looked at, too.</summary>
    public bool HasChunks { get; private set; }

    /// <summary>Bytes of the data behind it; the file's own for a blob.</summary>
    public long LogicalSize { get; private set; }

    /// <summary>References to chunks that are looked at, be it in an index before.</summary>
    public long SampledChunks { get; private set; }

    /// <summary>References to chunks that are not looked at because a sample is enough.</summary>
    public long UnsampledChunks { get; private set; }

    /// <summary>Bytes of data behind <see cref="UnsampledChunks"/>.</summary>
    public long UnsampledBytes { get; private set; }

    /// <summary>It has chunks, and none of them is in the sample.</summary>
    public bool IsUnsampled => UnsampledChunks > 0 && SampledChunks == 0;

    /// <summary>Bytes that were read for it: its own for a blob, those of its chunks for an index.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Data of the chunks that were read for it.</summary>
    public long BytesDecoded => Volatile.Read(ref _bytesDecoded);

    /// <summary>Data that is proven good, by this file or by one before it in the same run.</summary>
    public long BytesVerified => Failure is not null || IsPartial ? 0
        : Math.Max(0, LogicalSize - UnsampledBytes - Volatile.Read(ref _badBytes) - (_marked?.Bytes ?? 0));

    /// <summary>Chunks that are not good, each as often as the index refers to it.</summary>
    public int Errors => Volatile.Read(ref _errors) + (_marked?.Count ?? 0);

    public bool IsBad => Failure is not null || Errors > 0;

    public TimeSpan Duration => _time.GetElapsedTime(_started, _ended);

    /// <summary>
    /// References to chunks that were known to be bad, or that are met again; null where there are no chunks.
    /// </summary>
    public MarkedChunks? Marked
    {
        get => _marked;
        set => _marked = value;
    }

    /// <summary>What was found, chunks that were known to be bad in front.</summary>
    public IReadOnlyList<FileFinding> Findings()
    {
        lock (_lock) return _findings is null && _marked is not { Findings.Count: > 0 }
            ? []
            : [.. _marked?.Findings ?? [], .. _findings ?? []];
    }

    /// <summary>The look at the file begins.</summary>
    public void Start()
    {
        _started = _time.GetTimestamp();
        _isStarted = true;
        signal.Pulse();
    }

    /// <summary>The file itself is what the manifest says.</summary>
    public void Accept(long logicalSize, bool hasChunks)
    {
        LogicalSize = logicalSize;
        HasChunks = hasChunks;
    }

    /// <summary>A reference to a chunk was met, of a run that looks at a sample.</summary>
    /// <param name="isSampled">Whether the chunk is in the sample.</param>
    /// <param name="size">Bytes of data.</param>
    public void Sample(bool isSampled, long size)
    {
        if (isSampled)
        {
            SampledChunks++;
            return;
        }

        UnsampledChunks++;

        // What crafted indexes claim may come to more than there are numbers.
        UnsampledBytes = size > long.MaxValue - UnsampledBytes ? long.MaxValue : UnsampledBytes + size;
    }

    /// <summary>Chunks are about to be handed out.</summary>
    public void Expect(int chunks) => Interlocked.Add(ref _open, chunks);

    /// <summary>The look at the file is over; chunks may still be on their way.</summary>
    /// <param name="failure">Why the file is no good.</param>
    public void Close(string? failure = null)
    {
        Failure = failure;
        Complete();
    }

    public void AddRead(long encoded, long decoded)
    {
        Interlocked.Add(ref _bytesRead, encoded);
        Interlocked.Add(ref _bytesDecoded, decoded);
    }

    /// <summary>Something is to be told.</summary>
    /// <param name="finding">What.</param>
    /// <param name="badBytes">Bytes of data that are lost by it.</param>
    public void Add(FileFinding finding, long badBytes = 0)
    {
        Interlocked.Add(ref _badBytes, badBytes);
        if (finding.Fault != ChunkFault.None) Interlocked.Increment(ref _errors);
        lock (_lock)
        {
            _findings ??= [];
            if (_findings.Count < MostFindings) _findings.Add(finding);
        }
    }

    /// <summary>One chunk has been checked.</summary>
    public void Complete()
    {
        if (Interlocked.Decrement(ref _open) != 0) return;
        _ended = _time.GetTimestamp();
        signal.Pulse();
    }

    /// <summary>The file, or one chunk of it, will not be looked at any more.</summary>
    public void Drop()
    {
        _isPartial = true;
        Complete();
    }
}
