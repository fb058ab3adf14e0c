using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PbsModule.Core.Features.Status;

namespace PbsModule.Completion;

/// <summary>Completes names of registered datastores; folders if the word looks like a path.</summary>
public sealed class DatastoreCompleter : PbsCompleter, IArgumentCompleter
{
    IEnumerable<CompletionResult> IArgumentCompleter.CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        if (DatastoreResolver.IsPath(new CompletionWord(wordToComplete ?? "").Text)) return Folders(wordToComplete!);
        List<CompletionResult> names =
            [.. CompleteArgument(commandName, parameterName, wordToComplete!, commandAst, fakeBoundParameters)];

        // Without registered datastores, a datastore is a folder.
        return names.Count == 0 && string.IsNullOrEmpty(wordToComplete) ? Folders("./") : names;
    }

    // PowerShell's own completion would include files.
    private static IEnumerable<CompletionResult> Folders(string word) =>
        CompletionCompleters.CompleteFilename(word).Where(result =>
            result.ResultType == CompletionResultType.ProviderContainer);

    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        request.Engine.Datastores.List([], static _ => { }, cancellation).Select(store => new Candidate(
            store.Datastore,
            string.Join(", ", new[] { store.Path, store.Comment, store.MaintenanceMode }.Where(text =>
                !string.IsNullOrEmpty(text)))));
}
