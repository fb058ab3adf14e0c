using System.Diagnostics;

namespace PbsModule.Core.Storage;

/// <summary>
/// Threads that check chunks. Each takes the next one and does everything on it by itself; batches are taken up in the order they are
/// added, and the next one is begun while the last chunks of the one before are still under way. More threads than processors are of use
/// only while the others wait for the disk; until then they would take each other's processor and caches.
/// </summary>
internal sealed class ChunkWorkers : IDisposable
{
    /// <summary>Chunks that wait. Whoever adds more waits, too.</summary>
    private const int MostWaiting = 32 << 10;

    /// <summary>Bytes of data that take a good many milliseconds, however many threads there are.</summary>
    private const long Supply = 32 << 20;

    /// <summary>Bytes of data for which one more thread is worth being woken: that takes about as long as a small chunk does.</summary>
    private const long Share = 256 << 10;

    private readonly object _lock = new();
    private readonly Queue<ChunkBatch> _waiting = new();
    private readonly List<Thread> _threads = [];
    private readonly List<ChunkVerifier> _verifiers = [];
    private readonly DiskWait _disk = new();
    private readonly Func<bool> _isHalted;
    private readonly Action<Exception?> _onFault;
    private volatile ChunkBatch? _current;
    private int _waitingChunks;
    private long _openBytes;
    private int _idle;
    private int _parked;
    private bool _isAdderWaiting;
    private volatile bool _isComplete;

    /// <param name="threads">How many.</param>
    /// <param name="verifier">Makes what one thread checks with.</param>
    /// <param name="isHalted">Whether what is left need not be checked any more.</param>
    /// <param name="onFault">Told when a chunk is not good (null), or what ended a worker.</param>
    /// <exception cref="PbsException">The chunk folder cannot be opened.</exception>
    public ChunkWorkers(int threads, Func<ChunkVerifier> verifier, Func<bool> isHalted, Action<Exception?> onFault)
    {
        _isHalted = isHalted;
        _onFault = onFault;
        try
        {
            for (int i = 0; i < threads; i++) _verifiers.Add(verifier());
        }
        catch
        {
            Dispose();
            throw;
        }

        foreach (ChunkVerifier each in _verifiers)
        {
            bool isSpare = _threads.Count >= Environment.ProcessorCount;
            var thread = new Thread(() => Work(each, isSpare)) { IsBackground = true, Name = "verify chunks" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Whether there are chunks for a while.</summary>
    public bool IsSupplied => Volatile.Read(ref _openBytes) >= Supply;

    /// <summary>Adds chunks; waits while there are enough.</summary>
    public void Add(ChunkBatch batch)
    {
        batch.File.Expect(batch.Count);
        Interlocked.Add(ref _openBytes, batch.Bytes);
        lock (_lock)
        {
            while (_waitingChunks > MostWaiting && !_isComplete)
            {
                _isAdderWaiting = true;
                Monitor.Wait(_lock);
            }

            _isAdderWaiting = false;
            _waiting.Enqueue(batch);
            _waitingChunks += batch.Count;
            for (int i = ToWake(batch); i > 0; i--) Monitor.Pulse(_lock);
        }
    }

    /// <summary>Ends the threads when what was added is done, and waits for that.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isComplete = true;
            Monitor.PulseAll(_lock);
        }

        Unpark();
        foreach (Thread thread in _threads) thread.Join();
        foreach (ChunkVerifier verifier in _verifiers) verifier.Dispose();
    }

    /// <summary>How many threads to wake for a batch that was just added. Those that are awake come back for more by themselves.</summary>
    private int ToWake(ChunkBatch batch)
    {
        int awake = _threads.Count - _idle - _parked;
        long worth = 1 + (Volatile.Read(ref _openBytes) / Share);
        return (int)Math.Min(Math.Min(_idle, batch.Count), worth - awake);
    }

    private void Work(ChunkVerifier verifier, bool isSpare)
    {
        while ((!isSpare || Park()) && Take(out ChunkBatch batch, out PendingChunk chunk))
        {
            long begin = Stopwatch.GetTimestamp(), waited = verifier.Waited;
            Check(verifier, batch, chunk);
            Interlocked.Add(ref _openBytes, -chunk.Size);
            batch.Complete();
            if (_disk.Note(verifier.Waited - waited, Stopwatch.GetTimestamp() - begin)) Unpark();
        }
    }

    /// <summary>Waits until a thread more is of use.</summary>
    /// <returns>False where none will be any more.</returns>
    private bool Park()
    {
        if (_disk.IsSlow) return true;
        lock (_disk)
        {
            Interlocked.Increment(ref _parked);
            while (!_disk.IsSlow && !_isComplete) Monitor.Wait(_disk);
            Interlocked.Decrement(ref _parked);
            return _disk.IsSlow || !_isComplete;
        }
    }

    private void Unpark()
    {
        lock (_disk) Monitor.PulseAll(_disk);
    }

    private void Check(ChunkVerifier verifier, ChunkBatch batch, in PendingChunk chunk)
    {
        if (_isHalted())
        {
            batch.File.Drop();
            return;
        }

        try
        {
            if (!verifier.Check(batch.File, chunk)) _onFault(null);
            batch.File.Complete();
        }
#pragma warning disable CA1031 // A worker's failure is the run's, not the process's; who waits for the run throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _onFault(e);
            batch.File.Drop();
        }
    }

    private bool Take(out ChunkBatch batch, out PendingChunk chunk)
    {
        while (true)
        {
            batch = _current!;
            if (batch is not null && batch.TryTake(out chunk)) return true;
            lock (_lock)
            {
                if (_current != batch) continue;
                if (_waiting.TryDequeue(out ChunkBatch? next))
                {
                    _current = next;
                    _waitingChunks -= next.Count;
                    if (_isAdderWaiting && _waitingChunks <= MostWaiting / 2) Monitor.PulseAll(_lock);
                    continue;
                }

                if (_isComplete)
                {
                    chunk = default;
                    return false;
                }

                _idle++;
                Monitor.Wait(_lock);
                _idle--;
            }
        }
    }
}
