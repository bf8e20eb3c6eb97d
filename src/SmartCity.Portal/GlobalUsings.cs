global using SmartCity.Domain;
