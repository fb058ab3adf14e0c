using System.Runtime.InteropServices;
using System.Text;
using PbsModule.Bench.Harness;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// The minimum work of marking: reads the names in each folder, reads each index whole, computes its checksum,
/// remembers its digests, and reads the names once more. Touches, compares and sorts nothing. One thread.
/// </summary>
internal sealed unsafe class BareMarker : IDisposable
{
    private const int NamesSize = 32 << 10;
    private const int IndexSize = 4 << 20;
    private const int MaxDepth = 8;
    private const int DirectoryFlags = Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec;

    private readonly byte* _names = (byte*)NativeMemory.Alloc(NamesSize * MaxDepth);
    private readonly byte* _index = (byte*)NativeMemory.Alloc(IndexSize);

    private static ReadOnlySpan<byte> Extension => ".fidx"u8;

    /// <returns>Number of distinct digests.</returns>
    public long Run(string store)
    {
        using var digests = new DigestSet();
        long wrong = Visit(store, digests) + Visit(store, null);
        return wrong == 0 ? digests.Count : throw new InvalidDataException($"{wrong} indexes have another checksum");
    }

    public void Dispose()
    {
        NativeMemory.Free(_names);
        NativeMemory.Free(_index);
    }

    private long Visit(string store, DigestSet? digests)
    {
        int root;
        fixed (byte* path = Encoding.UTF8.GetBytes(store + '\0')) root = Libc.openat(-1, path, DirectoryFlags);
        long wrong = Visit(root, 0, digests);
        _ = Libc.close(root);
        return wrong;
    }

    private long Visit(int folder, int depth, DigestSet? digests)
    {
        long wrong = 0;
        byte* names = _names + (depth * NamesSize);
        nint length;
        while ((length = Libc.getdents64(folder, names, NamesSize)) > 0)
        {
            for (byte* record = names; record < names + length; record += Libc.RecordLength(record))
            {
                byte* name = record + Libc.NameOffset;
                if (name[0] == '.') continue;
                if (Libc.RecordType(record) == Libc.TypeDirectory)
                {
                    int child = Libc.openat(folder, name, DirectoryFlags);
                    wrong += Visit(child, depth + 1, digests);
                    _ = Libc.close(child);
                }
                else if (digests is not null && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).EndsWith(Extension))
                {
                    if (!Read(folder, name, digests)) wrong++;
                }
            }
        }

        return wrong;
    }

    /// <returns>False if the checksum differs from the header's.</returns>
    private bool Read(int folder, byte* name, DigestSet digests)
    {
        int file = Libc.openat(folder, name, Libc.ReadOnly | Libc.CloseOnExec);
        int size = 0;
        nint length;
        while ((length = Libc.read(file, _index + size, (nuint)(IndexSize - size))) > 0) size += (int)length;
        _ = Libc.close(file);
        var body = new ReadOnlySpan<byte>(_index + IndexHeader.Size, size - IndexHeader.Size);
        foreach (ref readonly Digest digest in MemoryMarshal.Cast<byte, Digest>(body)) digests.Add(digest);
        return Digest.Of(body) == new Digest(new ReadOnlySpan<byte>(_index + IndexHeader.ChecksumAt, Digest.Size));
    }
}
