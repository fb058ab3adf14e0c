using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Completion;

/// <summary>The input of a completion: the word, and the parameters already given, as text or objects.</summary>
internal sealed class CompletionRequest
{
    private readonly WildcardPattern _pattern;
    private readonly IDictionary _given;
    private readonly bool _isStoreGiven;

    private CompletionRequest(string word, IDictionary given)
    {
        Word = word;
        _given = given;
        _pattern = new WildcardPattern(
            WildcardPattern.Escape(word) + "*",
            WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        Engine = new PbsEngine(RunspaceConnection.Current);
        StoresGiven =
            Values("Datastore").Concat(Values("Name")).Select(Reference).OfType<DatastoreReference>().ToArray();
        _isStoreGiven = Values("Datastore").Concat(Values("Name")).Any();
        ConfigRoot = Texts("ConfigRoot") is [{ Length: > 0 } root] ? FullPath(root) : null;
    }

    /// <summary>Full path of the configuration in the same command; null if there is none.</summary>
    public string? ConfigRoot { get; }

    /// <summary>The word without its quotes.</summary>
    public string Word { get; }

    public PbsEngine Engine { get; }

    private DatastoreReference[] StoresGiven { get; }

    /// <summary>Reads the state of the runspace; the rest may then run on a worker.</summary>
    public static CompletionRequest From(string word, IDictionary given) => new(word, given);

    public bool Fits(string candidate) => _pattern.IsMatch(candidate);

    /// <summary>Returns the stores given so far; all registered ones if none are given.</summary>
    public IEnumerable<DatastoreContext> Stores(CancellationToken cancellation)
    {
        if (StoresGiven.Length == 0) return _isStoreGiven ? [] : Registered([], cancellation);
        return StoresGiven.SelectMany(store => store.Store is { } known ? [known]
            : store.IsPattern ? Registered([NameFilters.From(store.Text)], cancellation)
            : [Engine.Resolver.Resolve(store.Text)]);
    }

    /// <summary>
    /// Makes a query from the parameters given so far. An object in the place of the datastore, or a group, narrows it
    /// as it narrows the cmdlet.
    /// </summary>
    public SnapshotQuery Query()
    {
        bool recurse = Values("Recurse").Any(value => value is true or SwitchParameter { IsPresent: true });
        StorePart part = GivenPart();
        string[] types = Texts("BackupType"), ids = Texts("BackupId");
        return new SnapshotQuery
        {
            Namespace = part.Namespace ?? BackupNamespace.Parse(Texts("Namespace").FirstOrDefault() ?? ""),
            Recurse = recurse,
            Types = types.Length == 0 && part.Group is { } type ? [type.Type] : NameFilters.Types(types),
            Ids = ids.Length == 0 && part.Group is { } id ? [NameFilter.Literal(id.Id)] : NameFilters.From(ids),
        };
    }

    private StorePart GivenPart()
    {
        if (Values("Group").ToArray() is [IDatastoreItem group]) return StorePart.Of(group);
        return StoresGiven is [{ Part.IsSum: false } store] ? store.Part : StorePart.Whole;
    }

    /// <summary>Returns the values of a parameter, unwrapped; none if it was not given.</summary>
    public IEnumerable<object> Values(string parameter)
    {
        object? value = _given.Contains(parameter) ? ArgumentValues.Unwrap(_given[parameter]) : null;
        return value is IList list
            ? list.Cast<object?>().Select(ArgumentValues.Unwrap).OfType<object>()
            : value is null ? [] : [value];
    }

    public string[] Texts(string parameter) =>
        [.. Values(parameter).Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];

    private IEnumerable<DatastoreContext> Registered(IReadOnlyList<NameFilter> names, CancellationToken cancellation) =>
        Engine.Datastores.List(names, static _ => { }, cancellation).Select(store => ((IDatastoreItem)store).Store);

    private static DatastoreReference? Reference(object value) => value switch
    {
        DatastoreReference reference => reference,
        IDatastoreItem item => Usable(item) ? new DatastoreReference(item) : null,
        string { Length: > 0 } text => new DatastoreReference(DatastoreResolver.IsPath(text) ? FullPath(text) : text),
        _ => null,
    };

    // A caller who would be refused the object may not see names in its store.
    private static bool Usable(IDatastoreItem item)
    {
        try
        {
            RunspaceConnection.Demand(item.Store.Connection, "");
            return true;
        }
        catch (PbsConflictException)
        {
            return false;
        }
    }

    // Resolved against the current location, as the cmdlet does; the process may have another one. A pipeline is
    // running during completion, so only a nested command can read the location.
    private static string FullPath(string text)
    {
        try
        {
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            return shell
                .AddScript("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])")
                .AddArgument(text)
                .Invoke<string>().FirstOrDefault() ?? text;
        }
        catch (RuntimeException)
        {
            return text;
        }
    }
}
