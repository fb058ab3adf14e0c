using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace PbsModule.Core.Administration;

/// <summary>
/// Work on a thread of its own, while the caller's thread tells what there is to tell: results and progress go out on
/// the thread that asked, wherever they come from.
/// </summary>
/// <typeparam name="T">What the work tells on its way.</typeparam>
internal sealed class BackgroundWork<T> : IDisposable
{
    /// <summary>What may wait to be told; whoever has more waits.</summary>
    private const int MostAhead = 1024;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long a caller who is stopped waits for the work. A dead network mount may hold it longer; it then ends on
    /// its own.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1500);

    private readonly BlockingCollection<T> _told = new(MostAhead);
    private readonly CancellationTokenSource _stop;
    private ExceptionDispatchInfo? _failure;

    public BackgroundWork(CancellationToken cancellation) =>
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>For the work: set when it is to end.</summary>
    public CancellationToken Cancellation => _stop.Token;

    /// <summary>For the work: tells something, and waits while there is much to be told already.</summary>
    public void Tell(T what) => _told.Add(what, Cancellation);

    /// <summary>Does the work, and returns or throws when it is done.</summary>
    /// <param name="work">Cleans up after itself, because it may outlive this call where it does not end in
    /// time.</param>
    /// <param name="onTold">Called with what the work tells, on the calling thread.</param>
    /// <param name="onTick">Called now and then, on the calling thread.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
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

        // Work that is not done still looks at both; then the collector takes them.
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
#pragma warning disable CA1031 // Whatever the work throws is thrown to who waits for it.
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
