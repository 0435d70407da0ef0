using ActorRlhf.Engines.Tests.Akka.Persistence;
using Akka.Persistence;
using Akka.Persistence.Sql;

namespace ActorRlhf.Engines.Tests.Embedded.Persistence;

/// <summary>How much of a journal is read at a time.</summary>
public sealed class JournalPagesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("1", "1")]
    [InlineData("5 5", "1-2")]
    [InlineData("5 6", "1 2")]
    [InlineData("11 1 9 1", "1 2-3 4")] // one that is larger than a page is alone
    [InlineData("1 1 1 99 99 99 1 1", "1-3 4 5 6 7-8")] // small ones before say nothing of those that come
    public void A_page_has_at_most_its_bytes_or_one_event(string sizes, string pages)
    {
        EventSize[] events = [.. sizes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((bytes, i) => new EventSize(i + 1, int.Parse(bytes)))];
        Assert.Equal(pages, string.Join(' ', JournalReplay.Pages(events, 10).Select(page => page.First == page.Last ? $"{page.First}" : $"{page.First}-{page.Last}")));
    }

    [Fact]
    public void Deleted_numbers_are_not_counted()
    {
        EventSize[] events = [new(3, 4), new(7, 4), new(8, 4)];
        Assert.Equal([(3, 7), (8, 8)], JournalReplay.Pages(events, 10));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Sizes_are_those_of_the_events(string provider)
    {
        using var fixture = new StoreFixture(provider);
        EventRow[] events = [.. new[] { 1, 3_000, 0, 200_000 }.Select((bytes, i) => StoreFixture.Event("p", i + 1) with { Message = new byte[bytes] })];
        Assert.Null(await StoreFixture.Append(fixture.Store, null, events));
        Assert.Null(await StoreFixture.Append(fixture.Store, null, StoreFixture.Event("other", 2)));
        await fixture.Store.DeleteEvents("p", 1, null);
        Assert.Equal([new(2, 3_000), new(3, 0)], await fixture.Store.ReadSizes("p", 1, 4, 2, default));
        Assert.Equal([new(3, 0), new(4, 200_000)], await fixture.Store.ReadSizes("p", 3, 4, 10, default));
    }
}
