using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class ManifestScene : IScene
{
    private const string Snapshot = "host/alpha/2024-10-27T01:30:00Z";

    public string Title => $"The manifest of {Snapshot}";

    public string Command => "decoded out of index.json.blob, in PBS's own text form";

    public IRenderable Show(SampleStore store)
    {
        using var decoder = new ZstdDecoder();
        byte[] raw = File.ReadAllBytes(Path.Combine(store.Folder, Snapshot, Manifest.FileName));
        Manifest manifest = Manifest.Parse(DataBlob.Decode(raw, decoder, Manifest.MaxTextLength));
        return new Text(Encoding.UTF8.GetString(manifest.ToText()));
    }
}
