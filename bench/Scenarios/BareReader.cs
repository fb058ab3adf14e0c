using Microsoft.Win32.SafeHandles;

namespace PbsModule.Bench.Scenarios;

/// <summary>Files read from their fronts to their ends by a number of threads and not looked at: what the disk gives.</summary>
/// <param name="paths">In the order in which they lie on the disk.</param>
internal sealed class BareReader(string[] paths)
{
    private const int PieceSize = 128 << 10;

    public void Run(int threads)
    {
        int next = -1;
        Thread[] readers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Read(() => Interlocked.Increment(ref next))))];
        foreach (Thread reader in readers) reader.Start();
        foreach (Thread reader in readers) reader.Join();
    }

    private void Read(Func<int> take)
    {
        byte[] piece = new byte[PieceSize];
        for (int i = take(); i < paths.Length; i = take())
        {
            using SafeFileHandle file = File.OpenHandle(paths[i]);
            int length;
            for (long at = 0; (length = RandomAccess.Read(file, piece, at)) > 0; at += length) { }
        }
    }
}
