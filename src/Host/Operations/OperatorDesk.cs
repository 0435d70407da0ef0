using System.Data.Common;
using System.Net.Http.Json;
using System.Text.Json;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;
using Akka.Actor;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Host.Operations;

/// <summary>Does what operators want done, on any node: writes it to the audit journal, has the learner or the node that it is about do it, and writes down what came of it.</summary>
/// <param name="node">The node that is asked.</param>
/// <param name="learner">Reaches the learner.</param>
/// <param name="http">Reaches other nodes.</param>
/// <param name="audit">The audit journal.</param>
/// <param name="clock">The time of the audit journal.</param>
internal sealed class OperatorDesk(Node node, Func<IActorRef?> learner, HttpClient http, AuditLog audit, TimeProvider clock)
{
    /// <summary>The header with who asks.</summary>
    public const string OperatorHeader = "X-Rlhf-Operator";

    private const int LongestText = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CheckpointPatience = TimeSpan.FromMinutes(5);

    /// <summary>Pauses training after the step under way.</summary>
    public Task<ActionAnswer> Pause(HttpContext request, string reason) =>
        Steer(request, "pause", "", reason, who => new PauseTraining { Operator = who, Reason = reason }, Patience);

    /// <summary>Lets training go on.</summary>
    /// <param name="request">Who asks.</param>
    /// <param name="accepted">Alarms that are not to stop it again before they were well once.</param>
    /// <param name="reason">Why.</param>
    public Task<ActionAnswer> Resume(HttpContext request, IReadOnlyList<string> accepted, string reason) =>
        Steer(request, "resume", string.Join(' ', accepted), reason, who => new ResumeTraining { Operator = who, Reason = reason, Accepted = { accepted } }, Patience);

    /// <summary>Changes a setting for the batches to come.</summary>
    public Task<ActionAnswer> Set(HttpContext request, string key, string value, string reason) =>
        Steer(request, "set", $"{key} = {value}", reason, who => new ChangeSetting { Operator = who, Key = key, Value = value, Reason = reason }, Patience);

    /// <summary>Has a checkpoint written.</summary>
    public Task<ActionAnswer> Checkpoint(HttpContext request, string reason) =>
        Steer(request, "checkpoint", "", reason, _ => new WriteCheckpoint(), CheckpointPatience);

    /// <summary>Has a node finish what it has begun and begin nothing more; it stays a member.</summary>
    public Task<ActionAnswer> Drain(HttpContext request, string name, string reason) => AtNode(request, "drain", name, reason, () => node.Drain());

    /// <summary>Has a node finish what it has begun and leave; its process ends.</summary>
    public Task<ActionAnswer> Leave(HttpContext request, string name, string reason) => AtNode(request, "leave", name, reason, () =>
    {
        foreach (var role in new[] { NodeRoles.Learner.Name(), NodeRoles.Episodes.Name() })
        {
            var others = node.Directory.Nodes.Where(other => other.GoneSince is null && other.Roles.Contains(role)).ToList();
            if (others is [var last] && last.Name == name)
                return Refused(StatusCodes.Status409Conflict, $"{name} is the only node with the role {role}: without it training stands still; start another such node first, or end the run");
        }

        request.Response.OnCompleted(() =>
        {
            node.Leave(); // its server goes with it, and would take the answer along
            return Task.CompletedTask;
        });
        return new ActionAnswer($"{name} finishes what it has begun and leaves");
    });

    private static ActionAnswer Refused(int status, string error) => new(Error: error) { Status = status };

    private Task<ActionAnswer> Steer(HttpContext request, string action, string argument, string reason, Func<string, object> message, TimeSpan patience) =>
        Audited(request, action, argument, reason, async who =>
        {
            if (learner() is not { } actor) return Refused(StatusCodes.Status503ServiceUnavailable, "the node has not started yet");
            try
            {
                var answer = await actor.Ask<SteeringAnswered>(message(who), patience, request.RequestAborted).ConfigureAwait(false);
                return answer.Done ? new ActionAnswer(answer.Text) : Refused(StatusCodes.Status409Conflict, answer.Text);
            }
            catch (AskTimeoutException)
            {
                return Refused(
                    StatusCodes.Status503ServiceUnavailable,
                    $"the learner has not answered in {patience.TotalSeconds} s; what was asked for may yet happen. Is it there: {(node.Status().Phase is { } phase ? $"it was {phase}" : "nobody has heard of it")}");
            }
        });

    private async Task<ActionAnswer> AtNode(HttpContext request, string action, string name, string reason, Func<ActionAnswer> act)
    {
        if (name.Length == 0) return Refused(StatusCodes.Status400BadRequest, $"which node is to {action}? add node=NAME");
        if (name == node.Name) return await Audited(request, action, name, reason, _ => Task.FromResult(act())).ConfigureAwait(false);
        if (node.Directory.Find(name) is not { GoneSince: null } other)
        {
            var names = string.Join(", ", node.Directory.Nodes.Where(there => there.GoneSince is null).Select(there => there.Name));
            return Refused(StatusCodes.Status404NotFound, $"there is no node {name}; there are: {names}");
        }

        using var passed = new HttpRequestMessage(HttpMethod.Post, $"{other.Http}/api/{action}{request.Request.QueryString}");
        passed.Headers.Add(OperatorHeader, Operator(request));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(request.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await http.SendAsync(passed, patience.Token).ConfigureAwait(false);
            return (await answer.Content.ReadFromJsonAsync<ActionAnswer>(OperationsJson.Options, patience.Token).ConfigureAwait(false))! with { Status = (int)answer.StatusCode };
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException && !request.RequestAborted.IsCancellationRequested)
        {
            return Refused(StatusCodes.Status503ServiceUnavailable, $"{name} does not answer at {other.Http}: {e.Message}");
        }
    }

    private async Task<ActionAnswer> Audited(HttpContext request, string action, string argument, string reason, Func<string, Task<ActionAnswer>> act)
    {
        var entry = new AuditEntry
        {
            At = clock.GetUtcNow(), Operator = Operator(request), From = request.Connection.RemoteIpAddress?.ToString() ?? "", Node = node.Name, Action = action,
            Argument = Cut(argument), Reason = Cut(reason),
        };
        long id;
        try
        {
            id = await audit.BeginAsync(entry, request.RequestAborted).ConfigureAwait(false);
        }
        catch (DbException e)
        {
            return Refused(StatusCodes.Status503ServiceUnavailable, $"nothing is done, because it could not be written to the audit journal: {e.Message}");
        }

        var answer = await act(entry.Operator).ConfigureAwait(false);
        try
        {
            await audit.EndAsync(entry with { At = clock.GetUtcNow(), Done = answer.Error is null, Outcome = answer.Done ?? answer.Error }, id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // That it was asked for is there; what came of it stays unknown.
        }

        return answer;
    }

    private static string Operator(HttpContext request) =>
        request.Request.Headers[OperatorHeader].ToString() is { Length: > 0 } who ? Cut(new string([.. who.Where(letter => !char.IsControl(letter))])) : "somebody";

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
