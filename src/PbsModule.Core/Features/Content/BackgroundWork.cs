using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace PbsModule.Core.Features.Content;

/// <summary>
/// Runs work on its own thread and passes its results and progress to the calling thread. Callers thus get every report
/// on the thread that made the request.
/// </summary>
/// <typeparam name="T">Type of the work's reports.</typeparam>
internal sealed class BackgroundWork<T> : IDisposable
{
    /// <summary>Maximum number of waiting reports. The work blocks when there are more.</summary>
    private const int MostAhead = 1024;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long a cancelled call waits for the work. A dead network mount may block the work longer; it then ends on
    /// its own.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1500);

    private readonly BlockingCollection<T> _told = new(MostAhead);
    private readonly CancellationTokenSource _stop;
    private ExceptionDispatchInfo? _failure;

    public BackgroundWork(CancellationToken cancellation) =>
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>Cancels the work. For use by the work.</summary>
    public CancellationToken Cancellation => _stop.Token;

    /// <summary>Queues a report, and blocks while the queue is full. For use by the work.</summary>
    public void Tell(T what) => _told.Add(what, Cancellation);

    /// <summary>Runs the work, and returns or throws when it has ended.</summary>
    /// <param name="work">The work. It must release its own resources, because it may outlive this call.</param>
    /// <param name="onTold">Called on the calling thread with each report.</param>
    /// <param name="onTick">Called on the calling thread at regular intervals.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public void Run(Action work, Action<T> onTold, Action onTick)
    {
        var thread = new Thread(() => Work(work)) { IsBackground = true, Name = "content" };
        thread.Start();
        try
        {
            while (!_told.IsCompleted)
            {
                if (_told.TryTake(out T? what, (int)Tick.TotalMilliseconds, Cancellation)) onTold(what);
                onTick();
            }

            thread.Join();
        }
        catch
        {
            _stop.Cancel();
            thread.Join(Patience);
            throw;
        }

        _failure?.Throw();
    }

    public void Dispose()
    {
        _stop.Cancel();

        // Work that has not ended still uses both; the garbage collector frees them later.
        if (!_told.IsCompleted) return;
        _told.Dispose();
        _stop.Dispose();
    }

    private void Work(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Rethrown on the thread that waits for the work.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _told.CompleteAdding();
        }
    }
}
