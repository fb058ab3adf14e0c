using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PbsModule.Completion;

/// <summary>
/// What all completers share: half a second at most (PBS_TAB_TIMEOUT changes it), whatever was found until then; no
/// error ever; names quoted as the user began or as they need it.
/// </summary>
public abstract class PbsCompleter : IArgumentCompleter
{
    private const int MaxResults = 1000;

    // Half a second is the promise; what is left of it goes to PowerShell. Storage that is slower than that needs
    // longer.
    private const int DefaultBudget = 420;
    private const string BudgetVariable = "PBS_TAB_TIMEOUT";

    private static TimeSpan Budget => TimeSpan.FromMilliseconds(
        int.TryParse(Environment.GetEnvironmentVariable(BudgetVariable), CultureInfo.InvariantCulture, out int given)
            && given > 0
            ? given
            : DefaultBudget);

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var word = new CompletionWord(wordToComplete ?? "");
            CompletionRequest request = CompletionRequest.From(word.Text, fakeBoundParameters);

            // Null, not nothing: PowerShell asks every parameter at a position, and puts a mark behind what each
            // returns that breaks the prompt when it is not the last.
            if (!Applies(request, IsNamed(commandAst, parameterName))) return null!;
            return [.. Collect(request).Select(candidate => word.Result(candidate))];
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A key press must never print an error.
            return [];
        }
    }

    /// <summary>False where another parameter at the same position is meant.</summary>
    private protected virtual bool Applies(CompletionRequest request, bool isNamed) => true;

    /// <summary>What the word could become, best first. Runs on a worker; must not touch PowerShell.</summary>
    private protected abstract IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation);

    /// <summary>Whether a candidate goes on from the word.</summary>
    private protected virtual bool Fits(CompletionRequest request, string candidate) => request.Fits(candidate);

    private static bool IsNamed(CommandAst? command, string parameter) =>
        command is not null && command.CommandElements.OfType<CommandParameterAst>()
            .Any(named => parameter.StartsWith(named.ParameterName, StringComparison.OrdinalIgnoreCase));

    private List<Candidate> Collect(CompletionRequest request)
    {
        TimeSpan limit = Budget;
        var budget = new CancellationTokenSource(limit);
        List<Candidate> found = [];

        // On a thread of its own: where those of the pool are all taken, a key press does not wait for one.
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
            // A dead network mount may hold the worker much longer; the prompt does not wait for it.
            work.Wait(limit);
        }
        catch (AggregateException)
        {
            // Cancelled or failed: what was found counts.
        }

        lock (found) return [.. found];
    }
}

/// <summary>One thing a word could become.</summary>
/// <param name="Text">What is inserted.</param>
/// <param name="ToolTip">What is said about it.</param>
internal readonly record struct Candidate(string Text, string ToolTip);
