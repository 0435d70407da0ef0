using ActorRlhf.Model.Alarms;

namespace ActorRlhf.Actors.Protocol;

/// <content>From and to <see cref="Alarm"/>.</content>
public sealed partial class RaisedAlarm
{
    /// <summary>An alarm as a message.</summary>
    public static RaisedAlarm Of(Alarm alarm) => new()
    {
        Metric = alarm.Metric.Name(),
        IsStop = alarm.Level == AlarmLevel.Stop,
        Value = alarm.Value,
        Limit = alarm.Limit,
        Since = alarm.Since,
        Update = alarm.Update,
        IsAccepted = alarm.IsAccepted,
        Message = alarm.Message,
        History = { alarm.History.Select(point => new AlarmPoint { Update = point.Update, Value = point.Value }) },
        Samples =
        {
            alarm.Samples.Select(sample => new AlarmSample
            {
                Episode = sample.Episode, Response = { sample.Response }, Score = sample.Score, Kl = sample.Kl, PolicyVersion = sample.PolicyVersion,
            }),
        },
    };

    /// <summary>The alarm of a message.</summary>
    /// <exception cref="Model.UserErrorException">Its metric is unknown here.</exception>
    public Alarm ToAlarm() => new(
        AlarmMetrics.Parse(Metric),
        IsStop ? AlarmLevel.Stop : AlarmLevel.Warn,
        Value,
        Limit,
        Since,
        Update,
        IsAccepted,
        Message,
        [.. History.Select(point => new Model.Alarms.AlarmPoint(point.Update, point.Value))],
        [.. Samples.Select(sample => new Model.Alarms.AlarmSample(sample.Episode, [.. sample.Response], sample.Score, sample.Kl, sample.PolicyVersion))]);
}
