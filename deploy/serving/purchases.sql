-- A database for the purchases that the service is told of, whose user can do nothing to MLflow's.
\getenv password PURCHASES_PASSWORD
CREATE ROLE purchases LOGIN PASSWORD :'password';
CREATE DATABASE purchases OWNER purchases;
REVOKE CONNECT ON DATABASE purchases, mlflow FROM PUBLIC;
