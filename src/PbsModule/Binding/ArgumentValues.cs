using System.Collections;
using System.Management.Automation;

namespace PbsModule.Binding;

/// <summary>
/// Common parts of all argument transformations: arguments come wrapped in PSObject, alone or in lists.
/// </summary>
internal static class ArgumentValues
{
    /// <summary>
    /// Removes the wrapper. Rows (PSCustomObject) stay wrapped, because their properties are on the wrapper.
    /// </summary>
    public static object? Unwrap(object? value) =>
        value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>Converts one value or each of a list; a list always gives a list.</summary>
    public static object? Convert(object? value, Func<object?, object?> convert)
    {
        object? plain = Unwrap(value);
        return plain is IList list ? list.Cast<object?>().Select(item =>
            convert(Unwrap(item))).ToArray() : convert(plain);
    }

    /// <summary>
    /// Makes the error that tells the parameter binder that a value is not for this parameter. Only with this inner
    /// exception does the binder try the other parameters with pipeline input.
    /// </summary>
    public static ArgumentTransformationMetadataException Refuse(string message) =>
        new(message, new PSInvalidCastException(message));

    /// <summary>
    /// Makes the error that ends the binding of an invalid value for this parameter. After <see cref="Refuse"/> the
    /// user would only learn that the input fits no parameter.
    /// </summary>
    public static ArgumentTransformationMetadataException RefuseAtLast(string message) => new(message);
}
