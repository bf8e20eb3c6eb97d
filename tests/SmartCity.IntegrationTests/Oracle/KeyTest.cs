using SmartCity.Ethereum;
using SmartCity.Ethereum.JsonRpc;
using SmartCity.Ethereum.KeyStore;
using SmartCity.Ethereum.Signing;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.IntegrationTests.Oracle;

/// <summary><c>smartcity key</c> as a user runs it; and a key that is changed while its oracle works.</summary>
[CancelAfter(240_000)]
public sealed class KeyTest
{
    private const string PrivateKey = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
    private const string ItsAddress = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b";
    private const string Secret = "nobody shall read this";

    [Test]
    public async Task Key_CreateImportListShow_WorkAndTellNoSecret(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("key-test").FullName;
        try
        {
            string keys = Path.Combine(folder, "keys");
            Directory.CreateDirectory(keys);
            string passphrase = Path.Combine(folder, "passphrase");
            string clear = Path.Combine(folder, "clear");
            await File.WriteAllTextAsync(passphrase, Secret + "\n", cancellationToken);
            await File.WriteAllTextAsync(clear, "0x" + PrivateKey + "\n", cancellationToken);
            string made = Path.Combine(keys, "made.json");
            string imported = Path.Combine(keys, "imported.json");
            string again = Path.Combine(keys, "again.json");

            (int ExitCode, string Output)[] runs =
            [
                await OwnProgram.RunAsync(cancellationToken, "key", "create", made, "--passphrase-file", passphrase),
                await OwnProgram.RunAsync(cancellationToken, "key", "import", imported, "--from", clear, "--passphrase-file", passphrase),
                await OwnProgram.RunAsync(
                    cancellationToken, "key", "import", again, "--from", imported, "--from-passphrase-file", passphrase, "--passphrase-file", passphrase),
                await OwnProgram.RunAsync(cancellationToken, "key", "list", "--state", folder),
                await OwnProgram.RunAsync(cancellationToken, "key", "show-address", again, "--passphrase-file", passphrase),
                await OwnProgram.RunAsync(cancellationToken, "key", "create", made, "--passphrase-file", passphrase),
                await OwnProgram.RunAsync(cancellationToken, "key", "create", Path.Combine(keys, "other.json")),
                await OwnProgram.RunAsync(cancellationToken, "key", "show-address", again, "--passphrase-file", clear),
            ];

            using IDisposable scope = Assert.EnterMultipleScope();
            Assert.That(runs.Select(run => run.ExitCode), Is.EqualTo([0, 0, 0, 0, 0, 1, 1, 1]), string.Join('\n', runs));
            Assert.That(runs[1].Output + runs[2].Output + runs[4].Output, Is.EqualTo(string.Concat(Enumerable.Repeat(ItsAddress + "\n", 3))));
            Assert.That(runs[3].Output, Does.Contain(ItsAddress).And.Contain(runs[0].Output.Trim()));
            Assert.That(runs[5].Output, Does.Contain("never overwritten"));
            Assert.That(runs[6].Output, Does.Contain("no terminal"));
            Assert.That(runs[7].Output, Does.Contain("does not open"));
            string all = string.Concat(runs.Select(run => run.Output));
            Assert.That(all, Does.Not.Contain(Secret).And.Not.Contain(PrivateKey));
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(imported), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The key is changed in the middle of a back-fill, with hundreds of batches on their way: they are signed anew, every hour is on
    /// the chain once, and the old key may do nothing any more.</summary>
    [Test]
    public async Task Rotate_WhileBatchesAreInFlight_EveryHourIsOnChainOnce(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        await using RunningOracle oracle = rig.RunOracle();
        await OracleRig.WaitAsync(
            () => rig.Reader.GetStatusAsync(cancellationToken),
            status => status is { WaitingBatches: > 0 } && status.Segments.Any(segment => segment.ConfirmedBefore > segment.FirstHour), cancellationToken);

        (int exitCode, string told) = await OwnProgram.RunAsync(
            cancellationToken, "key", "rotate", "--state", rig.Folder, "--chain", rig.Node.Url.ToString());
        Assert.That(exitCode, Is.Zero, told);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);
        (int second, string toldAgain) = await OwnProgram.RunAsync(
            cancellationToken, "key", "rotate", "--state", rig.Folder, "--chain", rig.Node.Url.ToString());
        Assert.That(second, Is.Zero, toldAgain);
        await rig.WaitUntilCaughtUpAsync(cancellationToken);

        TestContext.Out.WriteLine(told + toldAgain);
        Address now = (await KeyFile.ReadAddressAsync(rig.Options.KeystoreFile, cancellationToken))!.Value;
        using EthECKey opened = await KeyFile.OpenAsync(
            rig.Options.KeystoreFile, System.Text.Encoding.UTF8.GetBytes(OracleRig.Passphrase), cancellationToken);
        (IReadOnlyList<Address> members, byte threshold) = await rig.Chain.GetOraclesAsync(cancellationToken);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(opened.Address, Is.EqualTo(now));
        Assert.That((members, threshold), Is.EqualTo((new[] { now }, (byte)1)));
        Assert.That(await IsDispatcherAsync(rig, now, cancellationToken), Is.True);
        Assert.That(await IsDispatcherAsync(rig, rig.OracleAddress, cancellationToken), Is.False);
        Assert.That((await rig.Reader.GetStatusAsync(cancellationToken))!.OracleAddress, Is.EqualTo(now.ToString()));
        Assert.That(told + toldAgain + oracle.Log, Does.Not.Contain(OracleRig.Passphrase));
        Assert.That(Directory.GetFiles(Path.Combine(rig.Folder, "keys"), "*-retired.json"), Has.Length.EqualTo(2));
        await rig.AssertChainIsCompleteAsync(cancellationToken);
    }

    [Test]
    public async Task Dispatcher_GivenTwice_HasOneKeyAndTheRole(CancellationToken cancellationToken)
    {
        await using OracleRig rig = await OracleRig.StartAsync(NodeKind.Anvil.Starter(), cancellationToken);
        string[] command = ["key", "dispatcher", "Ivanova", "--state", rig.Folder, "--chain", rig.Node.Url.ToString()];

        (int first, string told) = await OwnProgram.RunAsync(cancellationToken, command);
        (int second, string toldAgain) = await OwnProgram.RunAsync(cancellationToken, command);
        (int bad, string why) = await OwnProgram.RunAsync(cancellationToken, "key", "dispatcher", "../x", "--state", rig.Folder, "--chain", rig.Node.Url.ToString());

        Address? address = await KeyFile.ReadAddressAsync(Path.Combine(rig.Folder, "keys", "dispatcher-ivanova.json"), cancellationToken);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That((first, second, bad), Is.EqualTo((0, 0, 1)), told + toldAgain + why);
        Assert.That((told, toldAgain), Is.EqualTo(($"{address}\n", $"{address}\n")));
        Assert.That(why, Does.Contain("cannot have a key"));
        Assert.That(await IsDispatcherAsync(rig, address!.Value, cancellationToken), Is.True);
    }

    private static async Task<bool> IsDispatcherAsync(OracleRig rig, Address account, CancellationToken cancellationToken) =>
        (await rig.Api.CallAsync(
            rig.City.Contracts.AccessManager.HasRole((ulong)CityRole.Dispatcher, account), BlockParameter.Latest, cancellationToken)).Item1;
}
