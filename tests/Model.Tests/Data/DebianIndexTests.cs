using System.IO.Compression;
using System.Text;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Model.Tests.Data;

public sealed class DebianIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private DebianIndexOptions Options => new()
    {
        SystemLists = Path.Combine(_folder.Path, "lists"),
        DpkgStatus = Path.Combine(_folder.Path, "status"),
        OwnFolder = Path.Combine(_folder.Path, "own"),
        Refresh = IndexRefresh.Never,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Packages_are_joined_with_their_translations()
    {
        _folder.Write("lists/d_main_binary-amd64_Packages",
            "Package: foo-dev\nSource: foo (1.2)\nSection: libdevel\nDescription: short\n\nPackage: bar\nSection: net\nDescription: short\n");
        using (var gzip = new GZipStream(File.Create(Path.Combine(_folder.Path, "lists", "d_main_i18n_Translation-en.gz")), CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(
                "Package: foo-dev\nDescription-en: foo's headers\n Text of foo.\n\nPackage: gone\nDescription-en: x\n y\n\nPackage: bar\nDescription-en: a bar\n Täxt.\n"));
        var index = DebianIndex.Open(Options);
        Assert.Equal(
            [new DebianPackage("foo-dev", "foo", "libdevel", "foo's headers", "Text of foo."), new DebianPackage("bar", "bar", "net", "a bar", "Täxt.")],
            index.ReadPackages());
        Assert.StartsWith("the machine's package index", index.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_version_of_a_package_is_the_one_read()
    {
        _folder.Write("lists/a_Packages", "Package: foo\nDescription: s\n");
        _folder.Write("lists/a_Translation-en", "Package: foo\nDescription-en: first\n one\n\nPackage: foo\nDescription-en: second\n two\n");
        Assert.Equal("first", Assert.Single(DebianIndex.Open(Options).ReadPackages()).Synopsis);
    }

    [Fact]
    public void Our_own_copy_serves_where_the_system_has_no_translations()
    {
        _folder.Write("lists/a_Packages", "Package: foo\nDescription: s\n");
        _folder.Write("own/lists/a_Packages", "Package: foo\nDescription: s\n");
        _folder.Write("own/lists/a_Translation-en", "Package: foo\nDescription-en: mine\n text\n");
        var index = DebianIndex.Open(Options);
        Assert.Equal("mine", Assert.Single(index.ReadPackages()).Synopsis);
        Assert.StartsWith("our own copy", index.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_index_the_installed_packages_serve_and_the_source_says_so()
    {
        _folder.Write("status",
            "Package: foo\nStatus: install ok installed\nSection: net\nDescription: a foo\n Text.\n\nPackage: bar\nStatus: deinstall ok config-files\nDescription: a bar\n Text.\n");
        var index = DebianIndex.Open(Options);
        Assert.Equal("foo", Assert.Single(index.ReadPackages()).Name);
        Assert.StartsWith("the installed packages only", index.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_packages_is_a_user_error_that_says_what_to_do()
    {
        var error = Assert.Throws<UserErrorException>(() => DebianIndex.Open(Options));
        Assert.Contains("Run on a Debian system", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_index_file_is_a_user_error_that_names_it()
    {
        _folder.Write("lists/a_Packages.gz", "not gzip");
        _folder.Write("lists/a_Translation-en", "Package: foo\nDescription-en: mine\n text\n");
        var error = Assert.Throws<UserErrorException>(() => DebianIndex.Open(Options).ReadPackages().ToList());
        Assert.Contains("a_Packages.gz", error.Message, StringComparison.Ordinal);
    }
}
