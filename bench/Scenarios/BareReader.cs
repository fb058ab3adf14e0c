using Microsoft.Win32.SafeHandles;

namespace PbsModule.Bench.Scenarios;

/// <summary>Reads files from start to end on several threads and discards the data: the rate of the disk.</summary>
/// <param name="paths">Paths of the files, in the order of their location on the disk.</param>
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
