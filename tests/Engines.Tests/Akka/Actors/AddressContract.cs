using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class AddressContract
{
    [Theory]
    [InlineData("akka://sys", "akka", "sys", null, null)]
    [InlineData("akka.tcp://sys@host:4053", "akka.tcp", "sys", "host", 4053)]
    public void An_address_is_read_and_written(string text, string protocol, string system, string? host, int? port)
    {
        var address = Address.Parse(text);

        Assert.Equal((protocol, system, host, port), (address.Protocol, address.System, address.Host, address.Port));
        Assert.Equal(text, address.ToString());
        Assert.Equal(new Address(protocol, system, host, port), address);
        Assert.Equal(host is null, address.HasLocalScope);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sys@host:1")]
    [InlineData("akka.tcp://sys@host:port")]
    [InlineData("akka.tcp://sys@host")]
    public void What_is_no_address_is_refused(string text) => Assert.False(ActorPath.TryParse(text + "/user", out _));

    [Fact]
    public void A_path_is_read_with_its_address_and_uid()
    {
        var path = ActorPath.Parse("akka.tcp://sys@host:4053/user/a/b#123");

        Assert.Equal(["user", "a", "b"], path.Elements);
        Assert.Equal(123, path.Uid);
        Assert.Equal("b", path.Name);
        Assert.Equal("akka.tcp://sys@host:4053/user/a/b", path.ToString());
        Assert.Equal("akka.tcp://sys@host:4053/user/a/b#123", path.ToSerializationFormat());
        Assert.Equal("/user/a/b", path.ToStringWithoutAddress());
        Assert.Equal("akka.tcp://sys@host:4053/user/a", path.Parent.ToString());
        Assert.Equal("akka.tcp://sys@host:4053/", path.Root.ToString());
    }

    [Fact]
    public void Paths_are_equal_whatever_the_incarnation()
    {
        var path = new RootActorPath(new Address("akka", "sys")) / "user" / "a";

        Assert.Equal(path, path.WithUid(5));
        Assert.Equal(path.GetHashCode(), path.WithUid(5).GetHashCode());
        Assert.NotEqual(path, path.Parent / "b");
    }

    [Fact]
    public void Others_see_a_local_path_under_the_address_that_is_given()
    {
        var path = new RootActorPath(new Address("akka", "sys")) / "user" / "a";
        var address = new Address("akka.tcp", "sys", "host", 4053);

        Assert.Equal("akka.tcp://sys@host:4053/user/a#7", path.WithUid(7).ToSerializationFormatWithAddress(address));
    }
}
