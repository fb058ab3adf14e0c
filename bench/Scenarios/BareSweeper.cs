using System.Runtime.InteropServices;
using System.Text;
using PbsModule.Bench.Harness;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// The minimum work of a sweep: opens each of the 65,536 folders, reads its names, and gets the status of each file.
/// One thread.
/// </summary>
internal sealed unsafe class BareSweeper : IDisposable
{
    private const int BufferSize = 32 << 10;
    private const int DirectoryFlags = Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec;
    private const int FolderCount = 1 << 16;
    private const int StatusSize = 256;
    private const int SymlinkNoFollow = 0x100;

    private readonly byte* _entries = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly byte* _status = (byte*)NativeMemory.Alloc(StatusSize);

    /// <returns>Number of files found.</returns>
    public int Run(string chunkFolder)
    {
        int root;
        fixed (byte* path = Encoding.UTF8.GetBytes(chunkFolder + '\0')) root = Libc.openat(-1, path, DirectoryFlags);
        byte* name = stackalloc byte[5];
        name[4] = 0;
        int files = 0;
        for (int prefix = 0; prefix < FolderCount; prefix++)
        {
            for (int digit = 0; digit < 4; digit++) name[digit] = "0123456789abcdef"u8[(prefix >> (12 - (4 * digit))) & 15];
            int folder = Libc.openat(root, name, DirectoryFlags);
            if (folder < 0) continue;
            files += Visit(folder);
            _ = Libc.close(folder);
        }

        _ = Libc.close(root);
        return files;
    }

    public void Dispose()
    {
        NativeMemory.Free(_entries);
        NativeMemory.Free(_status);
    }

    private int Visit(int folder)
    {
        int files = 0;
        nint length;
        while ((length = Libc.getdents64(folder, _entries, BufferSize)) > 0)
        {
            for (byte* record = _entries; record < _entries + length; record += Libc.RecordLength(record))
            {
                byte* name = record + Libc.NameOffset;
                if (Libc.IsDots(name)) continue;
                if (Libc.fstatat(folder, name, _status, SymlinkNoFollow) == 0) files++;
            }
        }

        return files;
    }
}
