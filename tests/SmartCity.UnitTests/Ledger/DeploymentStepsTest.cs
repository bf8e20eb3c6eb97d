using SmartCity.Domain;
using SmartCity.Ethereum;
using SmartCity.Ledger;
using SmartCity.Ledger.Contracts;

namespace SmartCity.UnitTests.Ledger;

public sealed class DeploymentStepsTest
{
    private static readonly Address Deployer = Cities.Address(99);

    [Test]
    public void Of_Contracts_StandWhereTheNoncesPutThem()
    {
        (CityContracts contracts, IReadOnlyList<DeploymentStep> steps, _) = DeploymentSteps.Of(Cities.Request(), [], Deployer, 17);
        Address?[] created = steps.Select(step => step.Creates).Where(address => address is not null).ToArray();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(created, Is.EquivalentTo(contracts.ToAddresses().Values.Cast<Address?>()));
        for (int i = 0; i < steps.Count; i++)
        {
            Assert.That(steps[i].Creates, Is.Null.Or.EqualTo(Address.OfContract(Deployer, 17 + (ulong)i)), steps[i].Name);
            Assert.That(steps[i].Request.GasLimit, Is.Not.Null.And.LessThanOrEqualTo(CityCalls.MaxGas), steps[i].Name);
        }
    }

    [Test]
    public void Of_DeployerIsOnlyAdmin_HandsOverOnlyWhatItMustNotKeep()
    {
        CityDeploymentRequest request = Cities.Request();
        CityDeploymentRequest own = request with { Roles = request.Roles with { Admins = [Deployer] } };
        string handover = Hex.Encode(DeploymentSteps.Of(own, [], Deployer, 0).Handover!.Request.Data.Span);
        AccessManagerContract manager = new(default);
        string Data(ContractTransaction call) => Hex.Encode(call.Data.Span)[2..];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(handover, Does.Contain(Data(manager.RenounceRole((ulong)CityRole.Registrar, Deployer))));
        Assert.That(handover, Does.Not.Contain(Data(manager.RenounceRole((ulong)CityRole.Admin, Deployer))));
    }

    [Test]
    public void Of_DeployerKeepsAllItNeeds_HandsNothingOver()
    {
        CityDeploymentRequest request = Cities.Request();
        CityRoleHolders all = request.Roles with
        {
            Admins = [Deployer],
            Registrars = [Deployer],
            TariffAuthorities = [Deployer],
            OracleAdmins = [Deployer],
        };
        CityPlan undelayed = request.Plan with { Delays = new(0, 0) };
        Assert.That(DeploymentSteps.Of(request with { Plan = undelayed, Roles = all }, [], Deployer, 0).Handover, Is.Null);
    }

    [Test]
    public void Of_DelaysOfThePlan_BindHoldersAtOnceAndTheDeployerAfterwards()
    {
        CityDeploymentRequest request = Cities.Request();
        Address holder = request.Roles.TariffAuthorities[0];
        CityRoleHolders roles = request.Roles with { TariffAuthorities = [holder, Deployer], OracleAdmins = [Deployer] };
        (CityContracts city, IReadOnlyList<DeploymentStep> steps, DeploymentStep? handover) =
            DeploymentSteps.Of(request with { Plan = request.Plan with { Delays = new(24, 1) }, Roles = roles }, [], Deployer, 0);
        string permissions = Hex.Encode(steps.Single(step => step.Name == "set the permissions").Request.Data.Span);
        string last = Hex.Encode(handover!.Request.Data.Span);
        AccessManagerContract manager = new(default);
        string Grant(CityRole role, Address to, uint delay) => Hex.Encode(manager.GrantRole((ulong)role, to, delay).Data.Span)[2..];
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(permissions, Does.Contain(Grant(CityRole.TariffAuthority, holder, 86_400)));
        Assert.That(permissions, Does.Contain(Grant(CityRole.TariffAuthority, Deployer, 0)).And.Contain(Grant(CityRole.OracleAdmin, Deployer, 0)));
        Assert.That(permissions, Does.Contain(Hex.Encode(manager.SetGrantDelay((ulong)CityRole.TariffAuthority, 86_400).Data.Span)[2..]));
        Assert.That(permissions, Does.Contain(Hex.Encode(manager.SetTargetAdminDelay(city.ReadingLedger.Address, 3_600).Data.Span)[2..]));
        Assert.That(last, Does.Contain(Grant(CityRole.TariffAuthority, Deployer, 86_400)).And.Contain(Grant(CityRole.OracleAdmin, Deployer, 3_600)));
    }

    [Test]
    public void Check_WhatTheChainWouldRefuseLate_IsRefusedFirst()
    {
        CityDeploymentRequest good = Cities.Request();
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(good.Check, Throws.Nothing);
        Assert.That((good with { Roles = good.Roles with { Admins = [] } }).Check, Throws.ArgumentException.With.Message.Contains("admin"));
        Assert.That((good with { Oracles = [] }).Check, Throws.ArgumentException.With.Message.Contains("oracles"));
        Assert.That((good with { Oracles = [Deployer, Deployer] }).Check, Throws.ArgumentException.With.Message.Contains("twice"));
        Assert.That((good with { Threshold = 3 }).Check, Throws.ArgumentException.With.Message.Contains("3 signatures"));
        Assert.That((good with { Threshold = 0 }).Check, Throws.ArgumentException);
        Dictionary<ushort, Address> payees = new(good.Payees) { [2] = default };
        Assert.That((good with { Payees = payees }).Check, Throws.ArgumentException.With.Message.Contains("Provider 2"));
    }

    [Test]
    public void ToChain_Meter_HasItsUnits()
    {
        MeterPlan plan = Cities.DemoPlan().Segments[0].Groups[0].Parent with { AccuracyClass = 0.5m };
        MeterRegistryContract.Meter meter = PlanOnChain.ToChain(plan);
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(meter.AccuracyClass, Is.EqualTo(50), "hundredths of a percent");
        Assert.That(PlanOnChain.ToDate(meter.VerifiedOn), Is.EqualTo(plan.VerifiedOn));
        Assert.That(ShortText.Decode(meter.Model), Is.EqualTo(plan.Model));
    }

    [Test]
    public void ToDomain_EveryTariffOfThePlan_ComesBack()
    {
        IReadOnlyList<Tariff> tariffs = Cities.DemoPlan().Tariffs;
        Assert.That(tariffs.Select(tariff => PlanOnChain.ToDomain(PlanOnChain.ToChain(tariff))), Is.EqualTo(tariffs));
    }

    /// <summary>Band b of zone z of n zones stands at 3 × (n(n − 1)/2 + z) + b.</summary>
    [Test]
    public void ToChain_Tariff_PutsEachPriceInItsPlace()
    {
        Tariff tariff = Cities.DemoPlan().Tariffs[0];
        IReadOnlyList<ulong> prices = PlanOnChain.ToChain(tariff).ElectricityPrices;
        using IDisposable scope = Assert.EnterMultipleScope();
        Assert.That(prices, Has.Count.EqualTo(18));
        Assert.That(prices[1], Is.EqualTo(tariff.Electricity.WholeDay.Band2.Value));
        Assert.That(prices[3 * (1 + 1) + 2], Is.EqualTo(tariff.Electricity.NightOfTwo.Band3.Value));
        Assert.That(prices[3 * (3 + 1)], Is.EqualTo(tariff.Electricity.HalfPeak.Band1.Value));
    }

    [Test]
    public void ToDomain_Terms_ComeBack()
    {
        AccountTerms terms = new(AccountZones.Three, 4, HeatingTerms.OwnBoiler);
        Assert.That(PlanOnChain.ToDomain(PlanOnChain.ToChain(terms)), Is.EqualTo(terms));
    }

    [TestCase(EnergyKind.Electricity, MeterRegistryContract.Kind.Electricity)]
    [TestCase(EnergyKind.Heat, MeterRegistryContract.Kind.Heat)]
    public void ToChain_Kind_KeepsItsName(EnergyKind domain, MeterRegistryContract.Kind chain)
    {
        Assert.That(PlanOnChain.ToChain(domain), Is.EqualTo(chain));
        Assert.That(PlanOnChain.ToPlan(chain), Is.EqualTo(domain));
    }
}
