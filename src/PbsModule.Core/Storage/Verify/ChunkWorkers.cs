using System.Diagnostics;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// Threads that check chunks. Each takes the next one and does everything on it by itself; batches are taken up in the
/// order they are added, and the next one is begun while the last chunks of the one before are still under way. More
/// threads than processors are of use only while the others wait for the disk; until then they would take each other's
/// processor and caches.
/// </summary>
internal sealed class ChunkWorkers : IDisposable
{
    /// <summary>Chunks that wait. Whoever adds more waits, too.</summary>
    private const int MostWaiting = 32 << 10;

    /// <summary>Bytes of data that take a good many milliseconds, however many threads there are.</summary>
    private const long Supply = 32 << 20;

    /// <summary>
    /// Bytes of data for which one more thread is worth being woken: that takes about as long as a small chunk does.
    /// </summary>
    private const long Share = 256 << 10;

    private readonly object _lock = new();
    private readonly Queue<ChunkBatch> _waiting = new();
    private readonly List<Thread> _threads = [];
    private readonly List<ChunkVerifier> _verifiers = [];
    private readonly DiskWait _disk = new();
    private readonly SharedState _state;
    private readonly int _regular;
    private volatile ChunkBatch? _current;
    private int _waitingChunks;
    private long _openBytes;
    private int _idle;
    private bool _isAdderWaiting;
    private volatile bool _isComplete;

    /// <param name="threads">How many.</param>
    /// <param name="verifier">Makes what one thread checks with.</param>
    /// <param name="state">Told of chunks that are not good, and of what ended a worker.</param>
    /// <exception cref="PbsException">The chunk folder cannot be opened.</exception>
    public ChunkWorkers(int threads, Func<ChunkVerifier> verifier, SharedState state)
    {
        _state = state;
        _regular = Math.Min(threads, Environment.ProcessorCount);
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
            bool isSpare = _threads.Count >= _regular;
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

        if (_disk.IsSlow) WakeSpare();
    }

    /// <summary>Ends the threads when what was added is done, and waits for that.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isComplete = true;
            Monitor.PulseAll(_lock);
        }

        WakeSpare();
        foreach (Thread thread in _threads) thread.Join();
        foreach (ChunkVerifier verifier in _verifiers) verifier.Dispose();
    }

    /// <summary>
    /// How many of the regular threads to wake for a batch that was just added. Those that are awake come back by
    /// themselves until nothing is left; the spare ones may stop at any time, and are not counted on.
    /// </summary>
    private int ToWake(ChunkBatch batch)
    {
        int awake = _regular - _idle;

        // What crafted indexes claim may come to more than there are numbers; one thread is worth it always.
        long worth = 1 + (Math.Max(0, Volatile.Read(ref _openBytes)) / Share);
        return (int)Math.Min(Math.Min(_idle, batch.Count), worth - awake);
    }

    private void Work(ChunkVerifier verifier, bool isSpare)
    {
        while (isSpare ? TakeSpare(out ChunkBatch batch, out PendingChunk chunk) : Take(out batch, out chunk))
        {
            long begin = Stopwatch.GetTimestamp(), waited = verifier.Waited;
            Check(verifier, batch, chunk);
            Interlocked.Add(ref _openBytes, -chunk.Size);
            batch.Complete();
            if (_disk.Note(verifier.Waited - waited, Stopwatch.GetTimestamp() - begin)) WakeSpare();
        }
    }

    /// <summary>
    /// As <see cref="Take"/>, as long as a thread more is of use. What it leaves, the regular threads take.
    /// </summary>
    private bool TakeSpare(out ChunkBatch batch, out PendingChunk chunk)
    {
        lock (_disk)
        {
            while (true)
            {
                batch = null!;
                chunk = default;
                if (_isComplete) return false;
                if (_disk.IsSlow && TryTake(out batch, out chunk)) return true;
                Monitor.Wait(_disk);
            }
        }
    }

    private void WakeSpare()
    {
        if (_threads.Count == _regular) return;
        lock (_disk) Monitor.PulseAll(_disk);
    }

    private void Check(ChunkVerifier verifier, ChunkBatch batch, in PendingChunk chunk)
    {
        if (_state.IsHalted)
        {
            batch.File.Drop();
            return;
        }

        try
        {
            if (!verifier.Check(batch.File, chunk)) _state.FindFault();
            batch.File.Complete();
        }
#pragma warning disable CA1031 // A worker's failure is the run's, not the process's; who waits for the run throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _state.Fail(e);
            batch.File.Drop();
        }
    }

    private bool Take(out ChunkBatch batch, out PendingChunk chunk)
    {
        while (!TryTake(out batch, out chunk))
        {
            lock (_lock)
            {
                // Looked at once more: a batch may have come since, or been begun by a thread that stops half-way.
                if (_waiting.Count > 0 || _current is { HasMore: true }) continue;
                if (_isComplete) return false;
                _idle++;
                Monitor.Wait(_lock);
                _idle--;
            }
        }

        return true;
    }

    /// <summary>Takes a chunk, of the next batch where this one has none left; false where there is none.</summary>
    private bool TryTake(out ChunkBatch batch, out PendingChunk chunk)
    {
        while (true)
        {
            batch = _current!;
            if (batch is not null && batch.TryTake(out chunk)) return true;
            chunk = default;
            lock (_lock)
            {
                if (_current != batch) continue;
                if (!_waiting.TryDequeue(out ChunkBatch? next)) return false;
                _current = next;
                _waitingChunks -= next.Count;
                if (_isAdderWaiting && _waitingChunks <= MostWaiting / 2) Monitor.PulseAll(_lock);
            }
        }
    }
}
