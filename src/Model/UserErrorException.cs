namespace ActorRlhf.Model;

/// <summary>
/// Something the user gave is wrong: a file, an option, a configuration key. The message names the thing, the value and the remedy,
/// and is all that the user is shown.
/// </summary>
/// <param name="message">What is wrong, with what value, and what to do about it.</param>
/// <param name="inner">The error underneath, where there is one.</param>
public sealed class UserErrorException(string message, Exception? inner = null) : Exception(message, inner);
