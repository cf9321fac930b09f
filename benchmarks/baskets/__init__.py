"""Next-basket files of the DNNTSP format: how they are read, who foresees the last baskets, and how that is judged.

Customers are split, not time: the shop learns from the "train" customers, parameters are chosen on the "validate"
customers, and the last basket of each "test" customer is foreseen once from the customer's earlier ones.
"""
