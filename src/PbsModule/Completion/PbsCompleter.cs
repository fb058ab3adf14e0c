using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PbsModule.Completion;

/// <summary>
/// The base of all completers. It returns what was found within half a second (PBS_TAB_TIMEOUT changes the limit),
/// never shows an error, and quotes names as the user began or as they need it.
/// </summary>
public abstract class PbsCompleter : IArgumentCompleter
{
    private const int MaxResults = 1000;

    // The whole completion may take half a second, and PowerShell needs the rest of it. Slow storage needs more time.
    private const int DefaultBudget = 420;
    private const string BudgetVariable = "PBS_TAB_TIMEOUT";

    private static TimeSpan Budget => TimeSpan.FromMilliseconds(
        int.TryParse(Environment.GetEnvironmentVariable(BudgetVariable), CultureInfo.InvariantCulture, out int given)
            && given > 0
            ? given
            : DefaultBudget);

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        try
        {
            var word = new CompletionWord(wordToComplete ?? "");
            CompletionRequest request = CompletionRequest.From(word.Text, fakeBoundParameters);

            // Null instead of an empty list: PowerShell asks every parameter at a position, and appends a marker to
            // each result that breaks the prompt unless it is the last.
            if (!Applies(request, IsNamed(commandAst, parameterName))) return null!;
            return [.. Collect(request).Select(candidate => word.Result(candidate))];
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A key press must never print an error.
            return [];
        }
    }

    /// <summary>False if another parameter at the same position is meant.</summary>
    private protected virtual bool Applies(CompletionRequest request, bool isNamed) => true;

    /// <summary>
    /// Returns the candidates for the word, the best first. Runs on a worker, so it must not use PowerShell.
    /// </summary>
    private protected abstract IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation);

    /// <summary>Whether a candidate completes the word.</summary>
    private protected virtual bool Fits(CompletionRequest request, string candidate) => request.Fits(candidate);

    private static bool IsNamed(CommandAst? command, string parameter) =>
        command is not null && command.CommandElements.OfType<CommandParameterAst>()
            .Any(named => parameter.StartsWith(named.ParameterName, StringComparison.OrdinalIgnoreCase));

    private List<Candidate> Collect(CompletionRequest request)
    {
        TimeSpan limit = Budget;
        var budget = new CancellationTokenSource(limit);
        List<Candidate> found = [];

        // Uses its own thread, so that a key press does not wait for a busy thread pool.
        Task work = Task.Factory.StartNew(
            () =>
            {
                HashSet<string> known = new(StringComparer.Ordinal);
                foreach (Candidate candidate in Candidates(request, budget.Token))
                {
                    if (budget.IsCancellationRequested) break;
                    if (!Fits(request, candidate.Text) || !known.Add(candidate.Text)) continue;
                    lock (found) found.Add(candidate);
                    if (known.Count == MaxResults) break;
                }
            },
            budget.Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            // A dead network mount may block the worker much longer; the prompt does not wait for it.
            work.Wait(limit);
        }
        catch (AggregateException)
        {
            // Cancelled or failed: the results so far are used.
        }

        lock (found) return [.. found];
    }
}

/// <summary>A candidate for the word.</summary>
/// <param name="Text">The inserted text.</param>
/// <param name="ToolTip">Its tool tip.</param>
internal readonly record struct Candidate(string Text, string ToolTip);
