using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

public sealed class SharedAnswerTests
{
    [Fact]
    public async Task All_who_ask_while_an_answer_is_being_made_get_that_one()
    {
        var (made, answer) = (0, new TaskCompletionSource<int>());
        var shared = new SharedAnswer<int>(
            () =>
            {
                made++;
                return answer.Task;
            },
            TimeSpan.Zero);
        var asked = Enumerable.Range(0, 10).Select(_ => shared.Get()).ToList();
        answer.SetResult(7);
        Assert.All(await Task.WhenAll(asked), value => Assert.Equal(7, value));
        Assert.Equal(1, made);
        await shared.Get(); // too old by now
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task An_answer_is_shared_while_it_is_fresh()
    {
        var made = 0;
        var shared = new SharedAnswer<int>(() => Task.FromResult(++made), TimeSpan.FromHours(1));
        Assert.Equal((1, 1), (await shared.Get(), await shared.Get()));
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var made = 0;
        var shared = new SharedAnswer<int>(() => ++made == 1 ? Task.FromException<int>(new IOException()) : Task.FromResult(made), TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<IOException>(shared.Get);
        Assert.Equal(2, await shared.Get());
    }
}
