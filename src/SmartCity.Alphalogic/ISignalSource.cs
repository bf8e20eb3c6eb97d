namespace SmartCity.Alphalogic;

/// <summary>Where signals come from: an Alphalogic data server, or whatever stands in its place.</summary>
/// <remarks>
/// All members may be called at the same time from several threads. All throw <see cref="AlphalogicAuthenticationException"/> when the
/// login or password is refused, <see cref="AlphalogicUnavailableException"/> when the source cannot be reached or asks for patience
/// longer than the bounded retries, <see cref="AlphalogicAnswerException"/> when it answers what cannot be understood,
/// <see cref="AlphalogicRequestException"/> when it refuses the request, and <see cref="OperationCanceledException"/>.
/// </remarks>
public interface ISignalSource
{
    /// <summary>Reads the whole object tree, parents before children as the source orders them.</summary>
    public Task<IReadOnlyList<SignalObject>> ReadObjectsAsync(CancellationToken cancellationToken);

    /// <summary>Reads the parameters of one node.</summary>
    public Task<IReadOnlyList<SignalParameter>> ReadParametersAsync(ObjectId node, CancellationToken cancellationToken);

    /// <summary>Reads current values. A signal that the source leaves out or garbles comes back bad; it never spoils the others.</summary>
    /// <remarks>Rules of DOMAIN 1: a node not connected or in error makes its signals bad; a value older than three polling periods is uncertain.</remarks>
    public Task<SignalSnapshot> ReadValuesAsync(IReadOnlyList<ParameterId> parameters, CancellationToken cancellationToken);

    /// <summary>Reads recorded values of one signal in [<paramref name="from"/>, <paramref name="to"/>), oldest first, page by page.</summary>
    /// <param name="parameter">The signal.</param>
    /// <param name="from">First instant, inclusive.</param>
    /// <param name="to">Last instant, exclusive.</param>
    /// <param name="step">When given, the value as of each instant <c>from + k·step</c>; otherwise every recorded value.</param>
    /// <param name="cancellationToken">Ends the reading between and within pages.</param>
    /// <remarks>An instant the source knows nothing of is left out or comes as bad: ask for each instant you need, do not count items.</remarks>
    public IAsyncEnumerable<SignalValue> ReadHistoryAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan? step, CancellationToken cancellationToken);

    /// <summary>Reads the means of one signal in [<paramref name="from"/>, <paramref name="to"/>), oldest first, page by page.</summary>
    /// <param name="parameter">The signal.</param>
    /// <param name="from">First instant, inclusive.</param>
    /// <param name="to">Last instant, exclusive.</param>
    /// <param name="step">One mean for each <c>[from + k·step, from + (k + 1)·step)</c>, whose time is its beginning.</param>
    /// <param name="cancellationToken">Ends the reading between and within pages.</param>
    /// <remarks>A step the source knows nothing of is left out or comes as bad. A source that keeps no means gives what it has recorded.</remarks>
    public IAsyncEnumerable<SignalValue> ReadMeansAsync(
        ParameterId parameter, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken);

    /// <summary>Reads the source's clock (UTC, whole seconds).</summary>
    public Task<DateTimeOffset> ReadSourceTimeAsync(CancellationToken cancellationToken);
}
