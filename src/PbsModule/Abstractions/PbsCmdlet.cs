using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using System.Security;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>
/// What every cmdlet has: a token that Ctrl+C cancels, one way to write lazily, one mapping of errors.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsCmdlet : PSCmdlet, IDisposable
{
    private CancellationTokenSource? _stop;
    private PbsSession? _session;
    private bool _hasToldUnlocked;

    /// <summary>Cancelled by Ctrl+C, and when the pipeline ends early.</summary>
    protected CancellationToken StopToken => Stop.Token;

    private CancellationTokenSource Stop =>
        _stop ??= CancellationTokenSource.CreateLinkedTokenSource(PipelineStopToken);

    /// <summary>What the engine offers through the connection of this runspace.</summary>
    protected PbsSession Session => _session ??= Through(RunspaceConnection.Current);

    /// <summary>Whether everything is only to be told.</summary>
    internal bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? (SwitchParameter)given
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        _stop?.Cancel();
        _stop?.Dispose();
    }

    protected sealed override void BeginProcessing()
    {
        Begin();
        RefuseEmptyParameters();
    }

    /// <summary>What comes before all input. Nothing is changed here yet.</summary>
    protected virtual void Begin()
    {
    }

    protected sealed override void ProcessRecord() => Attempt(null, Process);

    /// <summary>The work on one input.</summary>
    protected abstract void Process();

    /// <inheritdoc cref="Cmdlet.WriteWarning(string)"/>
    /// <remarks>
    /// Texts name what is in a datastore, which anybody may have written. So no text of this assembly reaches a stream
    /// but by the methods
    /// here, which leave nothing in it that a terminal would obey.
    /// </remarks>
    internal new void WriteWarning(string text) => base.WriteWarning(DisplayText.Plain(text));

    /// <inheritdoc cref="Cmdlet.WriteVerbose(string)"/>
    internal new void WriteVerbose(string text) => base.WriteVerbose(DisplayText.Plain(text));

    /// <inheritdoc cref="Cmdlet.WriteDebug(string)"/>
    internal new void WriteDebug(string text) => base.WriteDebug(DisplayText.Plain(text));

    /// <inheritdoc cref="Cmdlet.WriteProgress(ProgressRecord)"/>
    internal new void WriteProgress(ProgressRecord record)
    {
        record.Activity = DisplayText.Plain(record.Activity);
        record.StatusDescription = DisplayText.Plain(record.StatusDescription);
        base.WriteProgress(record);
    }

    /// <inheritdoc cref="Cmdlet.ShouldProcess(string, string)"/>
    internal new bool ShouldProcess(string? target, string action) =>
        base.ShouldProcess(DisplayText.Plain(target), DisplayText.Plain(action));

    /// <inheritdoc cref="Cmdlet.ShouldProcess(string, string, string, out ShouldProcessReason)"/>
    internal new bool ShouldProcess(
        string description, string warning, string? caption, out ShouldProcessReason reason) =>
        base.ShouldProcess(
            DisplayText.Plain(description), DisplayText.Plain(warning), DisplayText.Plain(caption), out reason);

    /// <summary>
    /// Does one piece of work; a failure of it becomes an error record, and the caller goes on with the next piece.
    /// </summary>
    /// <param name="target">What the error is about; null for what the failure names itself.</param>
    /// <param name="work">The piece of work.</param>
    /// <returns>False when it failed.</returns>
    protected internal bool Attempt(object? target, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (OperationCanceledException) when (Stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception error) when (ErrorRecords.From(error, target) is not null)
        {
            OnFailed(target, error);
            WriteError(ErrorRecords.From(error, target)!);
            return false;
        }
    }

    /// <summary>Writes an error, with advice that this cmdlet can follow.</summary>
    public new void WriteError(ErrorRecord errorRecord) =>
        base.WriteError(Recommendation.Fit(errorRecord, MyInvocation.MyCommand));

    /// <summary>Ends with an error, with advice that this cmdlet can follow.</summary>
    public new void ThrowTerminatingError(ErrorRecord errorRecord) =>
        base.ThrowTerminatingError(Recommendation.Fit(errorRecord, MyInvocation.MyCommand));

    /// <summary>A piece of work has failed, and its error is about to be written.</summary>
    /// <param name="target">What the error is about; null for what the failure names itself.</param>
    /// <param name="error">The failure.</param>
    private protected virtual void OnFailed(object? target, Exception error)
    {
    }

    /// <summary>
    /// Writes a lazy sequence as it comes. However it ends (done, failed, Ctrl+C, Select-Object -First), the enumerator
    /// is disposed, and with it all work behind it.
    /// </summary>
    private protected void WriteAll<T>(IEnumerable<T> items)
    {
        foreach (T item in items) WriteObject(item);
    }

    /// <summary>A session through a connection, whose lesser troubles this cmdlet reports.</summary>
    private protected virtual PbsSession Through(Connection connection) =>
        new(connection) { OnUnlocked = ReportUnlocked };

    /// <summary>
    /// Reports once, however many snapshots are read without their lock: the reason is the same for all.
    /// </summary>
    private protected void ReportUnlocked(ListingProblem problem)
    {
        if (_hasToldUnlocked) return;
        _hasToldUnlocked = true;
        Report(problem);
    }

    /// <summary>What a listing met on its way, on the stream that fits.</summary>
    private protected virtual void Report(ListingProblem problem)
    {
        switch (problem.Kind)
        {
            case ListingProblemKind.Information:
                WriteVerbose(DisplayText.Plain(problem.Message));
                break;
            case ListingProblemKind.Warning:
                WriteWarning(DisplayText.Plain(problem.Message.Contains(problem.Target, StringComparison.Ordinal)
                    ? problem.Message
                    : $"{problem.Target}: {problem.Message}"));
                break;
            default:
                PbsException error =
                    problem.Exception ?? new PbsStorageException(problem.ErrorId, problem.Message, problem.Target);
                WriteError(ErrorRecords.From(error, problem.Target)!);
                break;
        }
    }

    /// <summary>
    /// A file system path as the user means it: relative to $PWD, '~' and PowerShell drives understood, no wildcards.
    /// </summary>
    /// <exception cref="PbsArgumentException">The path belongs to another provider (registry,
    /// certificates).</exception>
    protected string FileSystemPath(string path)
    {
        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        RequireFileSystem(provider, path);

        // Tab writes the brackets of a name as in a pattern, whatever parameter it completes.
        string plain = WildcardPattern.Unescape(full);
        return plain != full
            && !System.IO.Path.Exists(full)
            && System.IO.Path.Exists(System.IO.Path.GetDirectoryName(plain))
            ? plain
            : full;
    }

    /// <summary>
    /// As <see cref="FileSystemPath"/>, with wildcards. A pattern that matches nothing gives nothing.
    /// </summary>
    protected IReadOnlyList<string> FileSystemPaths(string path)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(path)) return [FileSystemPath(path)];
        IReadOnlyList<string> found =
            SessionState.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider);
        RequireFileSystem(provider, path);
        return found;
    }

    /// <summary>True when the parameter was given, be it with its default value.</summary>
    protected bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    // What is left out has a meaning, often "all". A variable that nothing was put into must not get it: nothing is not
    // everything.
    private void RefuseEmptyParameters()
    {
        foreach ((string name, object? value) in MyInvocation.BoundParameters)
        {
            if (!IsEmpty(value, out bool isText) || GetType().GetProperty(name) is not { } parameter) continue;
            bool isMeant = Nullable.GetUnderlyingType(parameter.PropertyType) is not null
                || parameter.PropertyType == typeof(SecureString)
                || parameter.IsDefined(typeof(AllowEmptyCollectionAttribute), inherit: true)
                || (isText && parameter.IsDefined(typeof(AllowEmptyStringAttribute), inherit: true));
            if (isMeant) continue;
            var error = new PbsArgumentException(
                PbsErrorId.ParameterEmpty,
                $"there is nothing in what -{name} was given",
                name);
            ThrowTerminatingError(ErrorRecords.From(error, null)!);
        }
    }

    /// <summary>Whether there is nothing in a value, or in one of several values.</summary>
    /// <param name="value">The value.</param>
    /// <param name="isText">True where all that is empty is text.</param>
    private static bool IsEmpty(object? value, out bool isText)
    {
        isText = value is "";
        if (value is not ICollection several || value is IDictionary) return value is null or "";
        object?[] empty = [.. several.Cast<object?>().Where(each => each is null or "")];
        isText = empty.Length > 0 && empty.All(each => each is "");
        return several.Count == 0 || empty.Length > 0;
    }

    internal static void RequireFileSystem(ProviderInfo provider, string path)
    {
        if (provider.Name != "FileSystem")
        {
            throw new PbsArgumentException(PbsErrorId.PathInvalid, $"'{path}' is not a path of the file system", path);
        }
    }
}
