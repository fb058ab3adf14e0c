using Spectre.Console.Rendering;

namespace Tour;

/// <summary>One thing the engine can do, shown on the sample store.</summary>
internal interface IScene
{
    string Title { get; }

    /// <summary>What a user of the module types for it.</summary>
    string Command { get; }

    IRenderable Show(SampleStore store);
}
