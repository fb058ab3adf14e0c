using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// Tells how far the sweep is in PBS's words, in the order of the folders, whatever threads they were seen by: a line
/// when a folder with chunks in it begins a new hundredth, with the chunks seen before.
/// </summary>
internal sealed class SweepProgress(IGarbageReport report)
{
    private const int Waiting = -1;
    private const int ReportEach = 256;

    private readonly Lock _lock = new();
    private readonly int[] _files = CreateWaiting();
    private int _next;
    private int _percentage;
    private long _chunks;

    /// <summary>A folder is done.</summary>
    /// <param name="prefix">Which.</param>
    /// <param name="files">Chunks that were in it.</param>
    public void Leave(int prefix, int files)
    {
        lock (_lock)
        {
            _files[prefix] = files;
            while (_next < _files.Length && _files[_next] != Waiting)
            {
                Tell(_next, _files[_next]);
                _next++;
            }
        }
    }

    private void Tell(int prefix, int files)
    {
        int percentage = prefix * 100 / ChunkFolderScan.FolderCount;
        if (files > 0 && percentage != _percentage)
        {
            _percentage = percentage;
            report.Log($"processed {percentage}% ({_chunks} chunks)");
        }

        _chunks += files;
        if (prefix % ReportEach == 0)
        {
            report.Progress($"sweeping: {_chunks} chunks", prefix, ChunkFolderScan.FolderCount);
        }
    }

    private static int[] CreateWaiting()
    {
        int[] files = new int[ChunkFolderScan.FolderCount];
        Array.Fill(files, Waiting);
        return files;
    }
}
