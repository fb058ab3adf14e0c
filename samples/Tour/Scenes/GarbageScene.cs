using System.Globalization;
using PbsModule.Core.Administration;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class GarbageScene : IScene
{
    public string Title => "Garbage: two chunks that nothing refers to";

    public string Command => "(Measure-PbsGarbage sample).Ages";

    public IRenderable Show(SampleStore store)
    {
        GarbageInfo garbage = store.Session.MeasureGarbage(store.Datastore, new GarbageQuery(), store.Problems.Add, null, CancellationToken.None);
        return Tables.Of(
            ["Not accessed for", ">Bytes", ">Chunks"],
            garbage.Ages.Select(age => new[] { age.Age, Units.Size(age.Bytes), Count(age.Chunks) })
                .Append(["in use", Units.Size(garbage.InUseBytes), Count(garbage.InUseChunks)]));
    }

    private static string Count(long number) => number.ToString(CultureInfo.InvariantCulture);
}
