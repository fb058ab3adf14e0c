using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PbsModule.Core.Administration;

namespace PbsModule.Completion;

/// <summary>Names of registered datastores; folders where the word looks like a path.</summary>
public sealed class DatastoreCompleter : PbsCompleter, IArgumentCompleter
{
    IEnumerable<CompletionResult> IArgumentCompleter.CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        // Nothing returned: PowerShell completes files by itself, only folders make sense here.
        return PbsSession.IsPath(new CompletionWord(wordToComplete ?? "").Text)
            ? CompletionCompleters.CompleteFilename(wordToComplete).Where(result => result.ResultType == CompletionResultType.ProviderContainer)
            : CompleteArgument(commandName, parameterName, wordToComplete!, commandAst, fakeBoundParameters);
    }

    private protected override IEnumerable<Candidate> Candidates(CompletionRequest request, CancellationToken cancellation) =>
        request.Session.GetDatastores([], static _ => { }, cancellation).Select(store => new Candidate(
            store.Datastore,
            string.Join(", ", new[] { store.Path, store.Comment, store.MaintenanceMode }.Where(text => !string.IsNullOrEmpty(text)))));
}
