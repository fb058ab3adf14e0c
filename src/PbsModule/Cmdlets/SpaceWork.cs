using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Tasks;

namespace PbsModule.Cmdlets;

/// <summary>
/// Collects pipeline input by store. A space count reads a whole store, so it runs once, at the end, for all input.
/// </summary>
/// <typeparam name="T">Type of the counted objects.</typeparam>
internal sealed class SpaceWork<T>
    where T : notnull
{
    private readonly List<(PbsEngine Engine, DatastoreContext Store, HashSet<T> Known, List<T> Items)> _places = [];

    /// <summary>Adds items that are not present yet.</summary>
    public void Add(PbsEngine engine, DatastoreContext store, IEnumerable<T> items)
    {
        int at = _places.FindIndex(each => each.Store.Path == store.Path && each.Store.Connection == store.Connection);
        if (at < 0)
        {
            at = _places.Count;
            _places.Add((engine, store, [], []));
        }

        foreach (T item in items)
        {
            if (_places[at].Known.Add(item)) _places[at].Items.Add(item);
        }
    }

    /// <summary>Processes one store after another.</summary>
    /// <param name="cmdlet">The cmdlet, for progress.</param>
    /// <param name="attempt">Runs a piece of work and writes its error.</param>
    /// <param name="work">Processes a store.</param>
    public void Run(
        PbsCmdlet cmdlet,
        Func<object?, Action, bool> attempt,
        Action<PbsEngine, DatastoreContext, IReadOnlyList<T>, Action<SpaceProgress>> work)
    {
        foreach ((PbsEngine engine, DatastoreContext store, _, List<T> items) in _places)
        {
            attempt(null, () =>
            {
                using var progress = new ProgressLine(cmdlet, Activity, TimeProvider.System);
                work(engine, store, items, far =>
                    progress.Show(new TaskProgress(Activity, store.Text, far.Done, far.Total, TaskProgressUnit.Items)));
            });
        }
    }

    private const string Activity = "Counting chunks";
}
