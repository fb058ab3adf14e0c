using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Content;

/// <summary>Reads one chunk ahead of who will need it, on a thread of its own with a reader of its own.</summary>
/// <param name="open">Makes the reader, on the thread.</param>
/// <param name="load">Reads a chunk.</param>
internal sealed class ChunkAhead(Func<ChunkReader> open, Func<ChunkReader, int, HeldChunk> load) : IDisposable
{
    private const int None = -1;

    private readonly object _lock = new();
    private Thread? _thread;
    private int _wanted = None;
    private int _busy = None;
    private HeldChunk? _ready;
    private bool _isStopped;

    /// <summary>
    /// Says which chunk will be needed next; nothing happens while the last one is still under way, or waits to be
    /// taken.
    /// </summary>
    public void Want(int number)
    {
        if (number == int.MaxValue) return;
        lock (_lock)
        {
            if (_busy != None || _wanted != None || _ready is not null || _isStopped) return;
            _wanted = number;
            if (_thread is null)
            {
                _thread = new Thread(Work) { IsBackground = true, Name = "read ahead" };
                _thread.Start();
            }

            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>The chunk, if it was read or is being read; null if somebody else has to.</summary>
    /// <param name="number">Which chunk.</param>
    /// <param name="meanwhile">Called once with the number of a chunk that is not there yet, to make use of the
    /// time.</param>
    public HeldChunk? TryTake(int number, Action<int> meanwhile)
    {
        bool isLate;
        lock (_lock)
        {
            if (_ready is { } other && other.Number != number) Drop(other);
            if (_wanted == number) _wanted = None;
            isLate = _busy == number;
        }

        if (isLate) meanwhile(number);
        lock (_lock)
        {
            while (_busy == number) Monitor.Wait(_lock);
            if (_ready?.Number != number) return null;
            HeldChunk chunk = _ready;
            _ready = null;
            return chunk;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isStopped = true;
            Monitor.PulseAll(_lock);
        }

        _thread?.Join();
        if (_ready is not null) Drop(_ready);
    }

    private void Work()
    {
        try
        {
            using ChunkReader reader = open();
            while (TryBegin(out int number))
            {
                HeldChunk chunk = load(reader, number);
                lock (_lock)
                {
                    _busy = None;
                    _ready = chunk;
                    Monitor.PulseAll(_lock);
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is: whoever needs the chunk reads it himself, and hears what is wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                _isStopped = true;
                _busy = _wanted = None;
                Monitor.PulseAll(_lock);
            }
        }
    }

    private bool TryBegin(out int number)
    {
        lock (_lock)
        {
            while (_wanted == None && !_isStopped) Monitor.Wait(_lock);
            number = _busy = _wanted;
            _wanted = None;
            if (_isStopped) _busy = None;
            return !_isStopped;
        }
    }

    private void Drop(HeldChunk chunk)
    {
        chunk.Release();
        _ready = null;
    }
}
